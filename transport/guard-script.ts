/**
 * For `/bin/sh -c`: runs the program that follows, and ends it when the other end of the shell's input closes: when its parent ends,
 * however it ends. A child in the background has no input of its own, hence the descriptor 3.
 */
export const guardScript = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ while read -r _; do :; done; kill "$program"; } <&3 >/dev/null 2>&1 &
guard=$!
wait "$program"
status=$?
kill "$guard" 2>/dev/null
exit "$status"`;
