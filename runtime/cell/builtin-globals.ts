/**
 * Names that the global object has in some Node from 20 to 26, and names by whose presence libraries recognise
 * browsers, other runtimes and module systems. The list is fixed, not read from `globalThis`: every kernel and engine,
 * whatever its Node, must decide alike which variables of a cell stand beside the real global.
 */
const builtinGlobals: ReadonlySet<string> = new Set(
  `
  AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array
  BigUint64Array Blob Boolean BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
  CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DataView Date DecompressionStream DisposableStack Error
  ErrorEvent EvalError Event EventSource EventTarget File FinalizationRegistry Float16Array Float32Array Float64Array
  FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math MessageChannel
  MessageEvent MessagePort NaN Navigator Number Object Performance PerformanceEntry PerformanceMark PerformanceMeasure
  PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming Promise Proxy QuotaExceededError RangeError
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader ReferenceError Reflect RegExp Request Response Set
  SharedArrayBuffer Storage String SubtleCrypto SuppressedError Symbol SyntaxError Temporal TextDecoder
  TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController TypeError URIError
  URL URLPattern URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet
  WebAssembly WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
  atob btoa clearImmediate clearInterval clearTimeout console crypto decodeURI decodeURIComponent encodeURI
  encodeURIComponent escape eval fetch gc global globalThis isFinite isNaN localStorage navigator parseFloat parseInt
  performance process queueMicrotask require sessionStorage setImmediate setInterval setTimeout structuredClone
  undefined unescape
  Bun Deno Element HTMLElement Image XMLHttpRequest define document exports importScripts location module self window
  __dirname __filename
  `
    .trim()
    .split(/\s+/),
);

/**
 * Stands behind the name of a variable that would hide a built-in global: `const process = 1` becomes a global property
 * of its own. A zero-width non-joiner is allowed in identifiers and does not show, so that messages of errors
 * ("process.foo is not a function") and printed functions read as the user wrote them.
 */
export const shadowMark = "\u200c";

/** Whether a variable of this name is kept beside the real global of the name. */
export const isBuiltinGlobal = (name: string): boolean => builtinGlobals.has(name);

/** The property of the global object that holds the user's variable. */
export const globalKey = (name: string): string => (builtinGlobals.has(name) ? name + shadowMark : name);

/** The variable whose value a property of the global object holds. */
export const variableName = (key: string): string => (key.endsWith(shadowMark) ? key.slice(0, -1) : key);

/** What turns a use of the global `name` into one of the user's variable of that name, inserted behind it. */
export const variableSuffix = (name: string, isShorthand: boolean): string =>
  isShorthand ? `:${name}${shadowMark}` : shadowMark;
