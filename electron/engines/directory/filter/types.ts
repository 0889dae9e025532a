/** A value that a filter compares with: its bytes, and its text when they are UTF-8. */
export interface AssertionValue {
  readonly bytes: Uint8Array;
  /** Undefined when the bytes are no UTF-8: such a value can match binary attributes only. */
  readonly text: string | undefined;
}

/** A filter as a tree (RFC 4511 4.5.1.7). Attribute names keep the spelling of the text, options included. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'equal' | 'approx' | 'greaterOrEqual' | 'lessOrEqual'; readonly attribute: string; readonly value: AssertionValue }
  | { readonly kind: 'present'; readonly attribute: string }
  | { readonly kind: 'substrings'; readonly attribute: string; readonly initial: AssertionValue | null; readonly any: readonly AssertionValue[]; readonly final: AssertionValue | null }
  /** `attribute:dn:rule:=value`; attribute or rule may be missing, not both. */
  | { readonly kind: 'extensible'; readonly attribute: string | null; readonly rule: string | null; readonly dn: boolean; readonly value: AssertionValue };
