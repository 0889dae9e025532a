import { walk } from './ast.ts';
import type { Node } from './ast.ts';
import { NOT_REPEATABLE, functionNamed } from './catalogue.ts';

/** What an expression reads and does, known without evaluating it. */
export interface Explanation {
  /** Attributes in the order of the text, each once. */
  readonly attributes: readonly string[];
  readonly parameters: readonly string[];
  readonly functions: readonly string[];
  /** False when Now, Guid or a random function makes each run different. */
  readonly repeatable: boolean;
  /** True for SelectUniqueValue, which Entra allows only while an object is created. */
  readonly onlyOnCreation: boolean;
  /** True when it may leave, clear or redact its target by itself. */
  readonly steersFlow: boolean;
}

const STEERING: ReadonlySet<string> = new Set(['IgnoreThisFlow', 'AuthoritativeNull', 'IgnoreFlowIfNullOrEmpty', 'Redact']);

/** Explains a parsed expression. */
export function explainNode(root: Node): Explanation {
  const nodes = [...walk(root)];
  const calls = nodes.filter((node) => node.kind === 'call');
  const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];
  const imported = (node: Node): string[] => (node.kind === 'attribute' ? [node.name] : node.kind === 'call' && node.name === 'ImportedValue' && node.args[0]?.kind === 'text' ? [node.args[0].value] : []);
  return {
    attributes: unique(nodes.flatMap(imported)),
    parameters: unique(nodes.flatMap((node) => (node.kind === 'parameter' ? [node.name] : []))),
    functions: unique(calls.map((call) => call.name).filter((name) => functionNamed(name) !== undefined)),
    repeatable: !calls.some((call) => NOT_REPEATABLE.has(call.name)),
    onlyOnCreation: root.kind === 'call' && root.name === 'SelectUniqueValue',
    steersFlow: nodes.some((node) => (node.kind === 'call' || node.kind === 'constant') && STEERING.has(node.name)),
  };
}
