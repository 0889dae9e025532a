/** The mapping engine: desired values of one target object, with where each came from. Pure. */
export { DEFAULT_MAPPING_RULES } from './default-rules.ts';
export { convert, GENERATED } from './conversions.ts';
export type { ConversionInput, Converted } from './conversions.ts';
export { mapObject } from './map.ts';
export { outOfScope } from './scope.ts';
export type { MappedLink, MappedObject, MappedReference, MappedValue, MapInput } from './types.ts';
