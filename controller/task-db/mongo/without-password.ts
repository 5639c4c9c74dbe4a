/** A MongoDB URL as it may be shown. */
export const withoutPassword = (url: string): string => url.replace(/:[^:@/]*@/, ":…@");
