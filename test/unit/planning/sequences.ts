import { choiceKey, EXISTENCE, leftAlone, leftOnTop, planRollback, valuesWritten, writesInTheWay, type RollbackChoice, type RollbackConflict, type StandingWrite } from '../../../electron/engines/planning/index.ts';
import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { MAILBOX_PERMISSIONS } from '../../../shared/domain/plans.ts';
import { LICENCES } from '../../../shared/rules/licences.ts';
import { owningService } from '../../../shared/rules/target-attributes.ts';
import { aboutIn, carryOut, counter, planAll, type Model } from './model.ts';
import { licenceOperations, rulesWith } from './sequence-rules.ts';
import { changeOfOthers } from './sequence-others.ts';
import type { Step } from './sequence-steps.ts';
import { keyOf, keysOf, linkIn, see, Timeline } from './timeline.ts';
import { build, initialOf, type World } from './world.ts';

/** A write in the journal of the test. */
interface Entry extends StandingWrite { readonly id: string; readonly values: Set<string>; readonly left: Set<string> }

const at = <T>(list: readonly T[], i: number): T | undefined => list[list.length === 0 ? 0 : i % list.length];
const NOT_THERE = (key: string): string => (key.endsWith(' ') ? 'absent' : linkIn(key.split(' ')[1] ?? '') !== null ? 'false' : key.endsWith(` ${LICENCES}`) ? '[]' : 'null');

/** An organisation, its tenant and a project that migrates and takes back; every roll back is held against the {@link Timeline}. */
export class Project {
  readonly model: Model;
  readonly start: Model;
  readonly journal: Entry[] = [];
  /** Values that Graph cannot take back, or that show again when an object comes out of the recycle bin. */
  readonly stuck = new Set<string>();
  /** What each roll back showed of the work of others, oldest roll back first. */
  readonly shown: (readonly RollbackConflict[])[] = [];
  readonly #matches: Map<string, string>;
  readonly #timeline = new Timeline();
  readonly #newId = counter('new');
  readonly #operation = counter('op');
  readonly #value = counter('v');
  readonly #remove: World['remove'];
  /** Objects that are gone for good. */
  readonly #vanished = new Set<string>();
  #sources: SourceObject[];
  #tasks = 0;
  #sequence = 0;

  constructor(given: World) {
    const { sources, model, matches } = build(given);
    this.model = model;
    this.start = new Map(model);
    this.#sources = sources;
    this.#matches = matches;
    this.#remove = given.remove;
  }

  run(step: Step): void {
    if (step.kind === 'migrate') this.#migrate(step);
    else if (step.kind === 'source') this.#changeSource(step);
    else if (step.kind === 'others') this.#others(step);
    else this.#rollBack(step);
  }

  /** Others take an object out of the recycle bin, as it lies there. */
  bringBack(id: string): void {
    const object = this.model.get(id);
    if (object !== undefined) this.#change(object, keyOf(id, EXISTENCE), { ...object, deleted: false });
  }

  /** Takes everything back, the newest first. */
  rollEverythingBack(mode: 'exact' | 'keep changes made since'): void {
    for (let task = this.#tasks; task > 0; task -= 1) this.#carryBack(this.journal.filter((entry) => entry.taskId === `task ${task}` && entry.values.size > 0), mode, 0);
    const standing = this.journal.filter((entry) => entry.values.size > 0);
    if (standing.length > 0) throw new Error(`not taken back: ${JSON.stringify(standing.map((entry) => [entry.operation.kind, [...entry.values]]))}`);
  }

  /** The tenant as reads show it: what is in the recycle bin shows no links and is in none. */
  visible(): Model {
    const live = (id: string): boolean => this.model.get(id)?.deleted === false;
    return new Map([...this.model].map(([id, object]): [string, TargetObject] => {
      if (object.deleted) return [id, { ...object, links: {} }];
      const manager = object.links['manager']?.filter(live) ?? [];
      return [id, { ...object, links: { ...(manager.length > 0 ? { manager } : {}), ...(object.kind === 'group' ? { members: (object.links['members'] ?? []).filter(live) } : {}),
        ...Object.fromEntries(MAILBOX_PERMISSIONS.flatMap((name) => (object.links[name] === undefined ? [] : [[name, object.links[name].filter(live)]]))) } }];
    }));
  }

  #plan(sources: readonly SourceObject[], { rules, licences }: Pick<Extract<Step, { kind: 'migrate' }>, 'rules' | 'licences'>): readonly Operation[] {
    const knows = new Set(this.#matches.values());
    // Matching sees what is gone for good.
    for (const [source, target] of this.#matches) if (!this.model.has(target)) this.#matches.delete(source);
    const { operations } = planAll(sources, this.visible(), this.#matches, { rules: rulesWith(rules), about: aboutIn(this.model, this.#matches), removeMembers: this.#remove, knownTarget: (id) => knows.has(id), newId: this.#operation });
    return [...operations, ...licenceOperations(sources, this.visible(), this.#matches, licences, operations, this.#operation)];
  }

  #migrate(step: Extract<Step, { kind: 'migrate' }>): void {
    const { which } = step;
    const chosen = which % 3 === 0 ? this.#sources.filter((_, i) => (which >> (i % 8)) % 2 === 0) : this.#sources;
    const task = `task ${(this.#tasks += 1)}`;
    const made = new Map<string, string>();
    let clean = true;
    for (const planned of this.#plan(chosen, step)) {
      clean = this.#write(planned, task, made) && clean;
      // Memberships that come out of the recycle bin are seen only then; those too many go with the next plan.
      if (planned.kind === 'restore' && (this.#remove !== 'never' || step.licences.length > 0 || step.rules.own.some((rule) => rule.targetAttribute === 'manager') || this.model.get(planned.targetId ?? '')?.attributes['recipientTypeDetails'] !== undefined)) clean = false;
    }
    for (const [source, target] of made) {
      this.#matches.set(source, target);
      const object = this.model.get(target);
      // Exchange Online has some values without being told.
      if (object !== undefined && owningService(object.kind, object.attributes) === 'exchange') this.model.set(target, { ...object, attributes: { ...initialOf(object.kind), ...object.attributes } });
    }
    const again = this.#plan(chosen, step);
    if (clean && again.length > 0) throw new Error(`planned again: ${JSON.stringify(again.map((o) => [o.kind, o.name, o.changes, o.references]))}`);
  }

  /** Carries one operation of a migration out as the applier does, and journals it. @returns false when a part of it was refused. */
  #write(planned: Operation, taskId: string, made: Map<string, string>): boolean {
    const idOf = (r: { sourceId: string | null; targetId: string | null }): string => r.targetId ?? made.get(r.sourceId ?? '') ?? '';
    const references = planned.references.map((r) => ({ ...r, targetId: idOf(r) })).filter((r) => this.model.get(r.targetId)?.deleted === false);
    if (planned.references.length > 0 && references.length === 0) return false;
    const list = planned.kind === 'add members' ? 'members' : planned.kind === 'add permissions' ? planned.permission ?? '' : '';
    const present = new Set(this.model.get(idOf(planned))?.links[list]);
    // Somebody who came out of the recycle bin brought the membership along: it is not ours.
    const changed = references.filter((r) => !present.has(r.targetId));
    if (references.length > 0 && changed.length === 0) return true;
    const manager = this.visible().get(idOf(planned))?.links['manager']?.[0];
    if ((planned.kind === 'set manager' || planned.kind === 'clear manager') && manager === references[0]?.targetId) return true;
    // As the applier does: whoever has another manager by now than the plan saw is left alone.
    if (planned.kind.endsWith('manager') && planned.previous[0]?.targetId !== null && manager !== planned.previous[0]?.targetId) return false;
    const previous = planned.previous.length === 0 ? [] : manager === undefined ? [] : [{ sourceId: null, targetId: manager, name: manager }];
    const operation: Operation = { ...planned, previous };
    const before = new Map(keysOf(this.model, idOf(planned)).map((key) => [key, see(this.model, key)]));
    const id = this.#carryOut({ ...operation, references: changed }, made);
    const entry: Entry = {
      id: `${taskId} ${planned.id}`, taskId, sequence: (this.#sequence += 1), operation, targetId: id, references: changed, outcome: 'done',
      values: new Set(valuesWritten(operation, changed).filter((value) => !value.startsWith('passwordProfile/'))), left: new Set(),
    };
    this.journal.push(entry);
    for (const key of new Set([...before.keys(), ...keysOf(this.model, id)])) {
      if (!key.startsWith(`${id} `)) continue;
      // What comes out of the recycle bin with an object was not written.
      if (key.includes(' passwordProfile/') || (operation.kind === 'restore' && key !== keyOf(id, EXISTENCE))) continue;
      const [was, is] = [before.get(key) ?? NOT_THERE(key), see(this.model, key)];
      if (was !== is) this.#timeline.note(key, was, is, entry.id);
    }
    return references.length === planned.references.length;
  }

  #carryOut(operation: Operation, made = new Map<string, string>()): string {
    const id = carryOut(this.model, operation, made, this.#newId);
    // Exchange Online has no recycle bin for what it keeps.
    if (operation.service === 'exchange' && operation.kind === 'delete') { this.model.delete(id); this.#vanished.add(id); }
    return id;
  }

  #changeSource({ who, what }: Extract<Step, { kind: 'source' }>): void {
    const source = at(this.#sources, who);
    if (source === undefined) return;
    const others = this.#sources.filter((one) => one.kind === 'user').map((one) => one.dn);
    const changed: SourceObject = source.kind === 'group' ? { ...source, links: { member: others.filter((_, i) => (what >> i) % 2 === 0) } }
      : what % 3 === 0 && source.kind === 'user' ? { ...source, links: what % 5 === 0 ? { ...source.links, msExchMailboxSecurityDescriptor: others.filter((_, i) => (what >> i) % 2 === 0) } : { ...source.links, manager: what % 2 === 0 ? [] : [at(others, what) ?? ''] } }
      : { ...source, attributes: { ...source.attributes, [what % 2 === 0 ? 'title' : what % 11 === 0 ? 'otherMailbox' : 'displayName']: [this.#value()], ...(what % 5 === 0 && source.kind === 'user' ? { userAccountControl: ['514'] } : {}) } };
    this.#sources = this.#sources.map((one) => (one.id === source.id ? changed : one));
  }

  #others(step: Extract<Step, { kind: 'others' }>): void {
    const other = changeOfOthers(step, this.model, this.#timeline, this.#value);
    if (other !== null) this.#change(other.object, other.key, other.changed);
  }

  #change(object: TargetObject, key: string, changed: TargetObject): void {
    const before = see(this.model, key);
    this.model.set(object.id, changed);
    const is = see(this.model, key);
    const counts = key === keyOf(object.id, '') ? this.#timeline.holdsAnyOf(object.id) : this.#timeline.isHeld(key);
    if (counts && before !== is) this.#timeline.note(key, before, is, null);
    // Whom others put into a group of Causeway's, and what they filled in on an object of its making, is lost with it.
    else if ((key.includes('members/') || (linkIn(key.split(' ')[1] ?? '') === null && !key.endsWith(` ${LICENCES}`) && !key.endsWith(' manager') && before === 'null')) && this.#timeline.isHeld(keyOf(object.id, EXISTENCE))) this.#timeline.note(key, before, is, null);
  }

  #rollBack({ of, task, who, value, mode, later, flip }: Extract<Step, { kind: 'roll back' }>): void {
    const standing = this.journal.filter((entry) => entry.values.size > 0);
    const source = at([...new Set(standing.map((entry) => entry.operation.sourceId))], who);
    const taskId = at([...new Set(standing.map((entry) => entry.taskId))], task);
    const ofObject = standing.filter((entry) => entry.operation.sourceId === source);
    const attribute = at([...new Set(ofObject.flatMap((entry) => [...entry.values]))], value);
    const since = ofObject.find((entry) => entry.taskId === taskId)?.sequence ?? 0;
    const mine: readonly StandingWrite[] = of === 'task' ? standing.filter((entry) => entry.taskId === taskId) : of === 'object' ? ofObject : of === 'object since' ? ofObject.filter((entry) => entry.sequence >= since)
      : ofObject.filter((entry) => entry.values.has(attribute ?? '?')).map((entry) => ({ ...entry, values: new Set([attribute ?? '?']) }));
    const objects = new Set(mine.map((entry) => entry.targetId));
    const keys = new Map(mine.map((entry) => [entry.sequence, entry]));
    const inTheWay = writesInTheWay(mine, standing.filter((entry) => objects.has(entry.targetId)).flatMap((entry) => {
      const taken = keys.get(entry.sequence)?.values;
      const left = [...entry.values].filter((one) => taken?.has(one) !== true);
      return left.length === 0 ? [] : [{ ...entry, values: new Set(left) }];
    }));
    if (inTheWay.length > 0 && !later) return;
    this.#carryBack([...mine, ...inTheWay].toSorted((a, b) => a.sequence - b.sequence), mode, flip);
  }

  #carryBack(entries: readonly StandingWrite[], mode: 'exact' | 'keep changes made since', flip: number): void {
    if (entries.length === 0) return;
    const goneNow = (): ReadonlySet<string> => new Set([...this.#vanished, ...[...this.model.values()].filter((object) => object.deleted).map((object) => object.id)]);
    const gone = goneNow();
    const options = { mode, purge: false, newId: this.#operation, gone };
    const onTop = leftOnTop(entries, this.journal.filter((entry) => entry.left.size > 0).map((entry) => ({ ...entry, values: entry.left })));
    const known = [...entries, ...onTop].toSorted((a, b) => a.sequence - b.sequence);
    const asked = planRollback(known, this.visible(), options).conflicts;
    const choices = new Map(asked.filter((_, i) => (flip >> (i % 8)) % 3 === 1).map((c): [string, RollbackChoice] => [choiceKey(c), c.overwritten ? 'keep' : 'restore']));
    const plan = planRollback(known, this.visible(), { ...options, choices });
    // Every decision of a person is followed, and one about another object changes nothing here.
    // A decision about all of an object that the task made speaks for whom others put into it as well.
    const chosen = (conflict: (typeof plan.conflicts)[number]): RollbackChoice => choices.get(choiceKey(conflict)) ?? (conflict.created === true ? choices.get(keyOf(conflict.targetId, EXISTENCE)) : undefined) ?? (mode === 'exact' ? 'restore' : 'keep');
    for (const conflict of plan.conflicts) if (chosen(conflict) !== (conflict.overwritten ? 'restore' : 'keep')) throw new Error('a choice was not followed');
    this.shown.push(plan.conflicts);
    const before = new Map(this.model);
    for (const operation of plan.operations) {
      if (operation.kind === 'update' && operation.changes.length === 0) throw new Error('an empty update');
      const list = operation.kind.endsWith(' members') ? 'members' : operation.kind.endsWith(' permissions') ? operation.permission ?? '' : '';
      if (list === '') { this.#carryOut(operation); continue; }
      // What comes out of the recycle bin with a group or a member cannot be told before; as the applier does, whoever is so already by then is left alone.
      const held = new Set(this.model.get(operation.targetId ?? '')?.links[list]);
      const unseen = (id: string | null): boolean => before.get(id ?? '')?.deleted === true;
      const references = operation.references.filter(({ targetId }) => !(unseen(targetId) || unseen(operation.targetId)) || held.has(targetId ?? '') === operation.kind.startsWith('remove'));
      if (references.length > 0) this.#carryOut({ ...operation, references });
    }
    for (const one of plan.impossible) this.#stick(one.targetId, one.attribute);
    this.#hold(entries, before, mode, plan.conflicts);
    const again = planRollback(known, this.visible(), { ...options, choices, gone: goneNow() });
    // A manager that others chose and that was deleted now cannot be told from none.
    const hidden = (id: string | null): boolean => this.model.get(this.model.get(id ?? '')?.links['manager']?.[0] ?? '')?.deleted === true;
    const open = again.operations.filter((o) => again.conflicts.every((c) => c.targetId !== o.targetId) && !(o.kind.endsWith('manager') && hidden(o.targetId)));
    const alone = leftAlone(entries, plan.conflicts, new Set(plan.operations.flatMap((o) => o.targetId ?? [])));
    const entryOf = ({ sequence }: StandingWrite): Entry | undefined => this.journal.find((one) => one.sequence === sequence);
    for (const write of onTop) if (!alone.has(write.targetId)) for (const value of write.values) entryOf(write)?.left.delete(value);
    for (const write of entries) for (const value of [...write.values]) { entryOf(write)?.values.delete(value); if (alone.has(write.targetId)) entryOf(write)?.left.add(value); }
    if (open.length > 0) throw new Error(`taken back twice: ${JSON.stringify(open.map((o) => [o.kind, o.targetId, o.changes]))}`);
  }

  #stick(targetId: string, attribute: string): void {
    if (attribute !== 'members') this.stuck.add(keyOf(targetId, attribute));
    else for (const key of keysOf(this.start, targetId)) if (key.includes(' members/')) this.stuck.add(key);
  }

  /** Holds the tenant against what must be. */
  #hold(entries: readonly StandingWrite[], before: Model, mode: 'exact' | 'keep changes made since', conflicts: ReturnType<typeof planRollback>['conflicts']): void {
    const decided = new Map(conflicts.map((conflict) => [choiceKey(conflict), conflict.overwritten]));
    for (const [id, mine] of Map.groupBy(entries, (entry) => entry.targetId)) {
      // An entry of which only a part is taken back is, for the timeline, one entry a value.
      const keys = [...new Set(mine.flatMap((entry) => [...entry.values]))].map((value) => keyOf(id, value));
      const ids = (key: string): ReadonlySet<string> => new Set(mine.filter((entry) => entry.values.has(key.slice(id.length + 1))).map((entry) => this.journal.find((one) => one.sequence === entry.sequence)?.id ?? ''));
      const first = Math.min(...keys.map((key) => this.#timeline.firstOf([key], ids(key))));
      const existence = keyOf(id, EXISTENCE);
      const stays = conflicts.some((c) => c.targetId === id && (c.created === true || c.attribute === '') && !c.overwritten);
      if (stays && (conflicts.some((c) => c.targetId === id && c.created === true) || see(before, existence) === 'deleted')) {
        // Decided as a whole: it stays as others left it.
        if (!this.#timeline.touchedSince(id) && ![...this.stuck].some((key) => key.startsWith(`${id} members/`))) throw new Error(`${id} was kept although nobody had touched it`);
        if (see(this.model, existence) !== see(before, existence)) throw new Error(`${id} was to be kept`);
        if (keys.includes(existence)) this.#timeline.forget(id);
        else for (const key of keys) this.#timeline.takeBack(key, ids(key), undefined);
        continue;
      }
      for (const key of new Set([...keys, existence])) {
        const restores = decided.get(key === existence ? existence : key) ?? mode === 'exact';
        const taken = this.#timeline.takeBack(key, ids(key), restores ? (key === existence ? first : this.#timeline.firstOf([key], ids(key))) : undefined);
        if (taken === null || this.stuck.has(key)) continue;
        this.#check(key, taken, decided, before, keys.includes(existence));
      }
      if (!this.#timeline.holdsAnyOf(id)) this.#timeline.forget(id);
    }
  }

  #check(key: string, { value, lost }: { readonly value: string; readonly lost: boolean }, decided: ReadonlyMap<string, boolean>, before: Model, whole: boolean): void {
    const [id = '', name = ''] = key.split(' ');
    const is = see(this.model, key);
    if (name === EXISTENCE) {
      if ((value === 'live') !== (is === 'live')) throw new Error(`${id} is ${is} and should be ${value}`);
    } else if (see(this.model, keyOf(id, EXISTENCE)) === 'live') {
      const link = linkIn(name);
      const linked = name === 'manager' ? value : value === 'true' ? link?.id ?? null : null;
      const hidden = linked !== null && linked !== 'null' && this.model.get(linked)?.deleted !== false;
      if (is !== value && !hidden) throw new Error(`${key} is ${is} and should be ${value}`);
      // What a link leads to may come back out of the recycle bin, and the link with it.
      // The recycle bin shows nobody's manager: who was chosen before an object went there cannot be told when it comes back.
      // Nor are its licences taken from there: applying reads them once it is back, and stops where others gave or took some.
      const unseen = (name === 'manager' && (before.get(id)?.deleted === true || before.get(before.get(id)?.links['manager']?.[0] ?? '')?.deleted === true)) || (name === LICENCES && before.get(id)?.deleted === true);
      if (hidden || (name === 'manager' && before.get(id)?.links['manager']?.some((one) => before.get(one)?.deleted)) || (link !== null && before.get(link.id)?.deleted)) this.stuck.add(key);
      if (lost && link === null && !whole && !decided.has(key) && !hidden && !unseen) throw new Error(`${key}: the work of others was lost without a word`);
    }
  }
}
