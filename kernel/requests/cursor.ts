/* Jupyter counts cursors in Unicode code points (messaging 5.2 and later), JavaScript in UTF-16 units. */

/** Offset in UTF-16 units of a cursor counted in code points. */
export function offsetOfCursor(source: string, cursor: number): number {
  let offset = 0;
  for (let passed = 0; passed < cursor && offset < source.length; passed++)
    offset += (source.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/** Cursor in code points of an offset in UTF-16 units. */
export const cursorOfOffset = (source: string, offset: number): number => [...source.slice(0, offset)].length;
