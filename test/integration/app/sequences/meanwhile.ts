import { doOthers, Hands, valuesOf, type OthersStep } from './others.ts';
import { play, rollEverythingBack, type Works } from './play.ts';
import { asFarAsPossible, stateOf } from './state.ts';
import type { Step } from './steps.ts';

/**
 * Plays steps of everybody, rolls everything back and holds the tenant to what was written by whom.
 * @returns a sentence for every value that is wrong.
 */
export async function othersMeanwhile(works: Works, steps: readonly (Step | OthersStep)[], mode: 'exact' | 'keep changes made since'): Promise<readonly string[]> {
  const { rig } = works;
  const start = stateOf(rig);
  const hands = new Hands(start);
  for (const one of steps) {
    if (one.kind === 'others') await doOthers(rig, one, stateOf(rig));
    else await play(works, one);
    hands.note(one.kind === 'others' ? 'others' : 'us', stateOf(rig));
  }
  const theirs = new Map(hands.theirs);
  await rollEverythingBack(works, { mode });
  const [before, now] = [valuesOf(start), valuesOf(asFarAsPossible(stateOf(rig), start))];
  const wrong: string[] = [];
  const hasLive = (values: ReadonlyMap<string, string>, id: string): boolean => values.has(`${id} `);
  // Links show between live objects only: whoever was deleted by others took some along.
  const isGone = (key: string): boolean => [...hands.touched].some((one) => one.endsWith(' ') && key.includes(one.slice(0, -1)));
  for (const key of new Set([...before.keys(), ...now.keys()])) {
    const [id = ''] = key.split(' ');
    if (!hasLive(before, id)) { if (mode === 'exact' && key.endsWith(' ')) wrong.push(`${id} was made by a migration and is still there`); continue; }
    if (hands.touched.has(key) || isGone(key) || before.get(key) === now.get(key)) continue;
    wrong.push(`${key} was ${before.get(key)} and is ${now.get(key)}, and nobody else touched it`);
  }
  for (const [key, value] of theirs) {
    if (mode === 'keep changes made since' && value?.includes('Others ') === true && now.get(key) !== value) wrong.push(`${key} was changed by others to ${value} and is ${now.get(key)}`);
  }
  return wrong;
}
