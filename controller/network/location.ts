import { isIP } from "node:net";

/** What the location is decided by. */
export interface LocationFacts {
  /** As the user gave it, if so. */
  readonly given: string | undefined;
  readonly hostname: string;
  /** What the given location, or else the host name, means to this machine; `undefined` = nothing. */
  readonly address: string | undefined;
  /** This machine's addresses, loopback left out. */
  readonly addresses: readonly string[];
  /** Whether peers need the location to connect: the controller listens on all interfaces. */
  readonly isNeeded: boolean;
}

export interface Location {
  readonly location: string;
  /** What the user ought to know. */
  readonly warning?: string;
}

/**
 * By what name or address other machines reach this one (wire protocol §3.1). Its host name, unless others need it and
 * it tells them nothing: then the first address that others can see.
 */
export function chooseLocation({ given, hostname, address, addresses, isNeeded }: LocationFacts): Location {
  const isReachable = address !== undefined && !isLoopbackAddress(address);
  if (given !== undefined) {
    if (isReachable || !isNeeded) return { location: given };
    return { location: given, warning: `--location=${given} ${meaning(address)}: other machines may not find it` };
  }
  if (isReachable || !isNeeded) return { location: hostname };
  const visible = addresses.find((candidate) => isIP(candidate) === 4) ?? addresses[0];
  const problem = `the host name ${hostname} ${meaning(address)}`;
  return visible
    ? {
        location: visible,
        warning: `${problem}: other machines are told ${visible} instead; --location says otherwise`,
      }
    : { location: hostname, warning: `${problem}: other machines may not find this one; give --location` };
}

const isLoopbackAddress = (address: string): boolean => address.startsWith("127.") || address === "::1";

const meaning = (address: string | undefined): string =>
  address === undefined ? "has no address here" : `is ${address} here`;
