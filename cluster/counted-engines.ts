/** How people read a number of engines. */
export const countedEngines = (n: number): string => (n === 1 ? "1 engine" : `${n} engines`);
