/**
 * For `/bin/sh -c`: runs the program that follows, and ends it when the other end of the shell's input closes: when its
 * parent ends, however it ends. The program's own input is the shell's descriptor 3, where there is one. A child in the
 * background has no input but what it is handed, hence the descriptors 4 and 5.
 */
export const guardScript = `
exec 4<&0
if (: <&3) 2>/dev/null; then exec 5<&3 3<&-; else exec 5</dev/null; fi
"$@" <&5 4<&- 5<&- &
program=$!
{ while read -r _; do :; done; kill "$program"; } <&4 4<&- 5<&- >/dev/null 2>&1 &
guard=$!
wait "$program"
status=$?
kill "$guard" 2>/dev/null
exit "$status"`;
