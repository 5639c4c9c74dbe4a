import type { Frames } from "./channel.ts";

/** `[peer, ""]`, from a router that notifies: the peer has connected or gone, libzmq does not say which. A message has more frames. */
export const isLinkNotice = ({ length, 1: second }: Frames): boolean => length === 2 && second?.length === 0;
