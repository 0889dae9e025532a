import type { Span } from './problems.ts';

/** Comparison operators. */
export const COMPARISONS_OF_LANGUAGE = ['=', '<>', '<=', '>=', '<', '>'] as const;
export type Comparator = (typeof COMPARISONS_OF_LANGUAGE)[number];
/** Operators that take any number of operands: text joined, all true, one true. */
export type ChainOperator = '&' | '&&' | '||';

/** A parsed expression. `at` is its place in the text. `empty` stands for an argument left out between commas. */
export type Node =
  | { readonly kind: 'text'; readonly value: string; readonly at: Span }
  | { readonly kind: 'integer'; readonly value: bigint; readonly at: Span }
  | { readonly kind: 'attribute' | 'parameter' | 'variable' | 'constant'; readonly name: string; readonly at: Span }
  | { readonly kind: 'empty'; readonly at: Span }
  | { readonly kind: 'call'; readonly name: string; readonly nameAt: Span; readonly args: readonly Node[]; readonly at: Span }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Node; readonly right: Node; readonly at: Span }
  | { readonly kind: 'chain'; readonly operator: ChainOperator; readonly parts: readonly Node[]; readonly at: Span };

/** A call with its arguments. */
export type Call = Extract<Node, { kind: 'call' }>;

/** Words that stand for themselves; names of functions are in the catalogue. The last ones are choices of single functions. */
export const CONSTANTS = {
  True: 'The condition holds.',
  False: 'The condition does not hold.',
  NULL: 'No value.',
  AuthoritativeNull: 'No value, and the target attribute shall be empty.',
  IgnoreThisFlow: 'Nothing is written: the target attribute is left alone.',
  vbBinaryCompare: 'Upper and lower case differ.',
  vbTextCompare: 'Upper and lower case are the same.',
  CaseSensitive: 'Upper and lower case differ.',
  CaseInsensitive: 'Upper and lower case are the same.',
  Unicode: 'UTF-16, little-endian.',
  ASCII: 'Seven-bit characters.',
  UTF8: 'UTF-8.',
} as const satisfies Readonly<Record<string, string>>;

/** Nodes directly below a node. */
export function childrenOf(node: Node): readonly Node[] {
  if (node.kind === 'call') return node.args;
  if (node.kind === 'compare') return [node.left, node.right];
  return node.kind === 'chain' ? node.parts : [];
}

/** Every node of an expression, parents first, in the order of the text. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}
