import { LIMITS } from './limits.ts';
import { isWord, readPattern } from './pattern-syntax.ts';
import type { PatternNode, Test } from './pattern-syntax.ts';

type Edge = Extract<PatternNode, { kind: 'edge' }>['edge'];
/** Instructions of the matching machine. `split` prefers its first way. */
type Instruction =
  | { readonly do: 'char'; readonly test: Test } | { readonly do: 'edge'; readonly edge: Edge } | { readonly do: 'save'; readonly slot: number }
  | { do: 'split'; first: number; second: number } | { do: 'jump'; to: number } | { readonly do: 'match' };

/** A regular expression ready to run. */
export interface Pattern { readonly program: readonly Instruction[]; readonly slots: number; readonly names: ReadonlyMap<string, number> }
/** Start and end of each group in characters, -1 for one that took no part; the whole match first. */
export type Match = readonly number[];

function emit(node: PatternNode, program: Instruction[]): boolean {
  if (program.length > LIMITS.patternSize) return false;
  switch (node.kind) {
    case 'char': program.push({ do: 'char', test: node.test }); return true;
    case 'edge': program.push({ do: 'edge', edge: node.edge }); return true;
    case 'all': return node.items.every((item) => emit(item, program));
    case 'group': {
      program.push({ do: 'save', slot: node.slot * 2 });
      const fits = emit(node.item, program);
      program.push({ do: 'save', slot: node.slot * 2 + 1 });
      return fits;
    }
    case 'any': return branches(node.items, program);
    case 'repeat': return repetition(node, program);
    default: return node satisfies never;
  }
}

function branches(items: readonly PatternNode[], program: Instruction[]): boolean {
  const ends: Extract<Instruction, { do: 'jump' }>[] = [];
  for (const [i, item] of items.entries()) {
    const last = i === items.length - 1;
    const split: Instruction = { do: 'split', first: program.length + 1, second: 0 };
    if (!last) program.push(split);
    if (!emit(item, program)) return false;
    if (last) break;
    const end: Extract<Instruction, { do: 'jump' }> = { do: 'jump', to: 0 };
    ends.push(end);
    program.push(end);
    split.second = program.length;
  }
  for (const end of ends) end.to = program.length;
  return true;
}

function repetition({ least, most, lazy, item }: Extract<PatternNode, { kind: 'repeat' }>, program: Instruction[]): boolean {
  const start = program.length;
  for (let i = 0; i < least; i += 1) {
    if (!emit(item, program)) return false;
    // Something that takes no instruction takes none the next time either; nested counts of it would run for ever.
    if (program.length === start) break;
  }
  const splits: Extract<Instruction, { do: 'split' }>[] = [];
  const optional = (): boolean => {
    const split: Extract<Instruction, { do: 'split' }> = { do: 'split', first: program.length + 1, second: 0 };
    splits.push(split);
    program.push(split);
    return emit(item, program);
  };
  if (most === Number.POSITIVE_INFINITY) {
    const again = program.length;
    if (!optional()) return false;
    program.push({ do: 'jump', to: again });
  } else for (let i = least; i < most; i += 1) if (!optional()) return false;
  for (const split of splits) {
    if (lazy) [split.first, split.second] = [program.length, split.first];
    else split.second = program.length;
  }
  return true;
}

/** Compiles a pattern. The message, if any, follows "The pattern ...". */
export function compilePattern(text: string): { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly message: string } {
  const read = readPattern(text);
  if (!read.ok) return read;
  const program: Instruction[] = [{ do: 'save', slot: 0 }];
  if (!emit(read.node, program) || program.length > LIMITS.patternSize) return { ok: false, message: `is too large: its repetitions written out make more than ${LIMITS.patternSize} steps` };
  program.push({ do: 'save', slot: 1 }, { do: 'match' });
  return { ok: true, pattern: { program, slots: read.slots, names: read.names } };
}

function holds(edge: Edge, chars: readonly string[], at: number): boolean {
  if (edge === 'start') return at === 0;
  // .NET: the end, and before a line feed that ends the text.
  if (edge === 'end') return at === chars.length || (at === chars.length - 1 && chars[at] === '\n');
  const boundary = isWord(chars[at - 1] ?? ' ') !== isWord(chars[at] ?? ' ');
  return boundary === (edge === 'boundary');
}

interface Thread { readonly at: number; readonly saved: readonly number[] }

/**
 * First match from a position on, leftmost and with the preferences of Perl and .NET. All ways are followed side by side, a
 * state at most once a character (Thompson 1968, Pike's machine), so time grows with program times text, never exponentially:
 * that is why nested repetitions need not be refused, and why JavaScript's own matcher, which cannot be stopped, is not used.
 * @param spend called with the number of states visited; throws when the work allowed is used up.
 */
export function findMatch(pattern: Pattern, chars: readonly string[], from: number, spend: (units: number) => void): Match | null {
  const { program } = pattern;
  let best: Match | null = null;
  let now: Thread[] = [];
  const seen = new Int32Array(program.length).fill(-1);
  spend(1 + program.length / 64);
  const add = (list: Thread[], start: Thread, at: number): void => {
    const stack: Thread[] = [start];
    while (stack.length > 0) {
      const thread = stack.pop();
      if (thread === undefined || seen[thread.at] === at) continue;
      seen[thread.at] = at;
      spend(1);
      const step = program[thread.at];
      if (step === undefined) continue;
      if (step.do === 'jump') stack.push({ at: step.to, saved: thread.saved });
      else if (step.do === 'split') stack.push({ at: step.second, saved: thread.saved }, { at: step.first, saved: thread.saved });
      else if (step.do === 'save') stack.push({ at: thread.at + 1, saved: thread.saved.with(step.slot, at) });
      else if (step.do === 'edge') { if (holds(step.edge, chars, at)) stack.push({ at: thread.at + 1, saved: thread.saved }); }
      else list.push(thread);
    }
  };
  const none = Array.from({ length: pattern.slots * 2 }, () => -1);
  for (let at = from; at <= chars.length; at += 1) {
    if (best === null) add(now, { at: 0, saved: none }, at);
    else if (now.length === 0) break;
    const char = chars[at];
    const next: Thread[] = [];
    for (const thread of now) {
      const step = program[thread.at];
      if (step?.do === 'match') {
        best = thread.saved;
        break;
      }
      if (step?.do === 'char' && char !== undefined && step.test(char)) add(next, { at: thread.at + 1, saved: thread.saved }, at + 1);
    }
    spend(1 + now.length);
    now = next;
  }
  return best;
}

/** All matches one after another; after an empty one the search goes on a character further (.NET, Regex.Matches). */
export function* findMatches(pattern: Pattern, chars: readonly string[], spend: (units: number) => void): Generator<Match> {
  for (let from = 0; from <= chars.length;) {
    const match = findMatch(pattern, chars, from, spend);
    if (match === null) return;
    yield match;
    const [start = 0, end = 0] = match;
    from = end > start ? end : end + 1;
  }
}
