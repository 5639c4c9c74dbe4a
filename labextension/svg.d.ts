/** The builder gives an SVG file's text. */
declare module "*.svg" {
  const source: string;
  export = source;
}
