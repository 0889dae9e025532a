/** Lists of objects from CSV files: read, and looked for in a directory. */
export { decodeText, TEXT_ENCODINGS, type TextEncoding } from './decode.ts';
export { MAX_LIST_BYTES, MAX_LIST_LINES, readObjectList, type ListLine, type ObjectList } from './read-list.ts';
export { heldKey, wantedValue, type WantedValue } from './value-keys.ts';
