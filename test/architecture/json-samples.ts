/** The part of JSON Schema (2020-12) that zod writes for our contract. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
}

/** Texts that satisfy the patterns of the contract; the first that fits is taken. */
const TEXTS = ['text', '6f1c1a52-58b3-4d53-9c2e-3b8f8b8f0a11', 'http://127.0.0.1:4710', 'DE', 'contoso.com', 'ann@contoso.com', '2026-01-31', '2026-01-31T12:00:00.000Z', 'mZ0d4XQkH0lM1bq0gq4mHcJ8ZkV0o4y7vXb0n3T9r2A', ''];

/** Fields whose rule follows a transformation, which JSON Schema cannot tell. */
const BY_NAME: Readonly<Record<string, string>> = { upnSuffix: 'contoso.com', countryCode: 'DE', timeZone: 'Europe/Berlin' };

/**
 * Values of a schema, as plain JSON: one per branch of each union and one per value of each enumeration, so that every shape of the
 * contract occurs.
 * @throws when no known text fits a pattern: add one to {@link TEXTS}.
 */
export function samplesOf(schema: JsonSchema): readonly unknown[] {
  if ('const' in schema) return [schema.const];
  if (schema.enum) return schema.enum;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return branches.flatMap(samplesOf);
  if (schema.allOf) return [Object.assign({}, ...schema.allOf.map((part) => samplesOf(part)[0])) as unknown];
  if (Array.isArray(schema.type)) return (schema.type as readonly string[]).flatMap((type) => samplesOf({ ...schema, type }));
  switch (schema.type) {
    case 'object': return objects(schema);
    case 'array': return schema.items ? [samplesOf(schema.items)] : [[]];
    case 'string': return [text(schema)];
    case 'integer': case 'number': return [Math.max(1, schema.minimum ?? 1)];
    case 'boolean': return [true, false];
    case 'null': return [null];
    default: throw new Error(`no sample for ${JSON.stringify(schema)}`);
  }
}

function objects(schema: JsonSchema): readonly unknown[] {
  if (!schema.properties && typeof schema.additionalProperties === 'object') {
    const keys = schema.propertyNames ? samplesOf(schema.propertyNames).map(String) : ['key'];
    const [value] = samplesOf(schema.additionalProperties);
    return [Object.fromEntries(keys.map((key) => [key, value]))];
  }
  const values = Object.entries(schema.properties ?? {}).map(([key, part]) => [key, Object.hasOwn(BY_NAME, key) ? [BY_NAME[key]] : samplesOf(part)] as const);
  const most = Math.max(1, ...values.map(([, samples]) => samples.length));
  return Array.from({ length: most }, (_, i) => Object.fromEntries(values.map(([key, samples]) => [key, samples[i % samples.length]])));
}

function text(schema: JsonSchema): string {
  const pattern = schema.pattern === undefined ? null : new RegExp(schema.pattern);
  const fits = TEXTS.find((one) => (!pattern || pattern.test(one)) && one.length >= (schema.minLength ?? 0) && (schema.format !== 'uri' || one.startsWith('http')));
  if (fits === undefined) throw new Error(`no sample text for ${JSON.stringify(schema)}`);
  return fits;
}
