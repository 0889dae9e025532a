/** A change of a multivalued property: everything anew, or single values added and removed. */
export type ListChange = { readonly replace: readonly string[] } | { readonly add: readonly string[]; readonly remove: readonly string[] };

/** A user name and its password. */
export interface Credential { readonly username: string; readonly password: string }

/** A value after binding. null: `$null`, which clears. */
export type BoundValue = string | number | boolean | readonly string[] | ListChange | Credential | Buffer | null;

/** The bound parameters of one run, read by their own spelling. A parameter that was not given is undefined. */
export class Arguments {
  readonly #values: ReadonlyMap<string, BoundValue>;
  constructor(values: ReadonlyMap<string, BoundValue>) { this.#values = values; }

  /** True when the parameter was given, also with null. */
  has(name: string): boolean { return this.#values.has(name); }
  /** Names of all parameters given. */
  names(): readonly string[] { return [...this.#values.keys()]; }
  /** Value of a `text`, `guid`, `size`, `password` or enumeration parameter; null clears. */
  text(name: string): string | null | undefined {
    const value = this.#values.get(name);
    return value === null || typeof value === 'string' ? value : undefined;
  }
  /** The same where null is as good as absent. */
  given(name: string): string | undefined { return this.text(name) ?? undefined; }
  /** Value of a `flag`. */
  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : undefined;
  }
  /** True when a `switch` is on. */
  on(name: string): boolean { return this.#values.get(name) === true; }
  /** Value of a `number` or `result size`; `Infinity`: unlimited. */
  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }
  /** Values of `texts`; null gives none. */
  texts(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    return value === null ? [] : Array.isArray(value) ? value as readonly string[] : undefined;
  }
  /** Change of a `list`; null replaces by nothing. */
  change(name: string): ListChange | undefined {
    const value = this.#values.get(name);
    if (value === null) return { replace: [] };
    return typeof value === 'object' && ('replace' in value || 'add' in value) ? value : undefined;
  }
  /** Value of a `credential`. */
  credential(name: string): Credential | undefined {
    const value = this.#values.get(name);
    return typeof value === 'object' && value !== null && 'username' in value ? value : undefined;
  }
  /** Content of `bytes`. */
  bytes(name: string): Buffer | undefined {
    const value = this.#values.get(name);
    return Buffer.isBuffer(value) ? value : undefined;
  }
}
