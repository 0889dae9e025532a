/** Column types and table endings that differ between databases; given by the dialect. */
interface Words {
  /** Text compared and sorted byte by byte. */
  readonly text: string;
  /** Whole number of at least 53 bits. */
  readonly integer: string;
  /** Primary key that counts upwards and never uses a number twice. */
  readonly serial: string;
  /** After the closing bracket of a table. */
  readonly end: string;
  /** After the closing bracket of a narrow table whose primary key is nearly the whole row. */
  readonly endNarrow: string;
}

/**
 * First schema of a project: pairs, collections, directory and tenant objects, matches, rules, tasks, plans and the journal.
 * JSON is text, booleans are 0 or 1, times are milliseconds since 1970 UTC; `..._key` columns are lower-cased for look-ups.
 */
export const statements = ({ text, integer, serial, end, endNarrow }: Words): readonly string[] => [
  `create table project (id ${text} not null primary key, name ${text} not null, created_at ${integer} not null, demo ${integer} not null)${end}`,
  `create table setting (key ${text} not null primary key, value ${text} not null)${end}`,
  `create table pair (
    id ${text} not null primary key, name ${text} not null, name_key ${text} not null unique, source ${text} not null, target ${text} not null,
    redirection_domain ${text} not null, schema_template ${text} not null, defaults ${text} not null,
    source_name ${text} not null, target_name ${text} not null, tenant_facts ${text}, discovered_at ${integer}, created_at ${integer} not null)${end}`,
  `create table agent (
    id ${text} not null primary key, name ${text} not null, name_key ${text} not null unique, host ${text} not null, version ${text} not null,
    heartbeat_at ${integer}, created_at ${integer} not null, owner ${text}, owned_until ${integer}, health ${text}, drained ${integer} not null default 0)${end}`,
  // What processes tell each other of changes: how often something of a noun was changed.
  `create table notice (noun ${text} not null primary key, number ${integer} not null)${end}`,
  `create table collection (
    id ${text} not null primary key, pair_id ${text} not null references pair (id), agent_id ${text} not null references agent (id),
    name ${text} not null, name_key ${text} not null, kind ${text} not null, coexistence ${integer} not null, created_at ${integer} not null,
    scope ${text}, scope_read_at ${integer},
    unique (pair_id, name_key))${end}`,
  // name_key and kind repeat those of the source, so that a page in any order is one walk along an index.
  `create table collection_member (
    collection_id ${text} not null references collection (id), source_id ${text} not null, pair_id ${text} not null, kind ${text} not null, name_key ${text} not null,
    status ${text} not null, reason ${text} not null, synchronisation ${text} not null, changed_at ${integer} not null,
    primary key (collection_id, source_id))${endNarrow}`,
  'create index collection_member_name on collection_member (collection_id, name_key, source_id)',
  'create index collection_member_status on collection_member (collection_id, status, name_key, source_id)',
  'create index collection_member_kind on collection_member (collection_id, kind, name_key, source_id)',
  // Counts by status, and who was never in step, without a walk along the objects.
  'create index collection_member_states on collection_member (collection_id, synchronisation, status, kind)',
  'create index collection_member_source on collection_member (pair_id, source_id)',
  'create index collection_member_pair on collection_member (pair_id, name_key, source_id)',
  // Objects that were to be added and are out of scope, so that nobody has to remember what was said when they were.
  `create table collection_left_out (
    collection_id ${text} not null references collection (id), object_id ${text} not null, pair_id ${text} not null, name ${text} not null, name_key ${text} not null, dn ${text} not null,
    object_type ${text} not null, clause ${text} not null, reason ${text} not null, seen_at ${integer} not null,
    primary key (collection_id, object_id))${endNarrow}`,
  // What a reading of the directory for a collection has found so far; it goes into the collection when the reading ends.
  `create table found_object (
    reading_id ${text} not null, object_id ${text} not null, pair_id ${text} not null, is_member ${integer} not null, name ${text} not null, dn ${text} not null,
    object_type ${text} not null, clause ${text} not null, reason ${text} not null, found_at ${integer} not null,
    primary key (reading_id, object_id))${endNarrow}`,
  `create table source (
    pair_id ${text} not null, id ${text} not null, kind ${text} not null, dn ${text} not null, dn_key ${text} not null, name ${text} not null, name_key ${text} not null,
    upn ${text} not null, upn_key ${text} not null, mail ${text} not null, mail_key ${text} not null, account_key ${text} not null, sid ${text} not null,
    attributes ${text} not null, usn ${text}, hash ${text} not null, run_id ${text} not null, seen_at ${integer} not null, missing ${integer} not null, changed_at ${integer} not null,
    primary key (pair_id, id))${end}`,
  'create index source_dn on source (pair_id, dn_key)',
  'create index source_sid on source (pair_id, sid)',
  'create index source_kind on source (pair_id, missing, kind)',
  `create table source_link (
    pair_id ${text} not null, source_id ${text} not null, attribute ${text} not null, dn_key ${text} not null, dn ${text} not null,
    primary key (pair_id, source_id, attribute, dn_key))${endNarrow}`,
  `create table target (
    pair_id ${text} not null, id ${text} not null, kind ${text} not null, name ${text} not null, name_key ${text} not null,
    upn ${text} not null, upn_key ${text} not null, mail ${text} not null, mail_key ${text} not null,
    attributes ${text} not null, deleted ${integer} not null, hash ${text} not null, run_id ${text} not null, seen_at ${integer} not null, members_read ${integer} not null default 0, changed_at ${integer} not null,
    primary key (pair_id, id))${end}`,
  'create index target_kind on target (pair_id, deleted, kind)',
  'create index target_name on target (pair_id, name_key, id)',
  `create table target_link (
    pair_id ${text} not null, target_id ${text} not null, attribute ${text} not null, linked_id ${text} not null,
    primary key (pair_id, target_id, attribute, linked_id))${endNarrow}`,
  // Who names an object: asked when it is gone.
  'create index target_link_linked on target_link (pair_id, linked_id)',
  `create table match_result (
    pair_id ${text} not null, source_id ${text} not null, state ${text} not null, target_id ${text}, rule_id ${text}, rule_text ${text} not null,
    pinned ${integer} not null, confirmed ${integer} not null, evidence ${text} not null, risks ${text} not null, reason ${text} not null, review ${text} not null default 'Not needed', changed_at ${integer} not null,
    primary key (pair_id, source_id))${end}`,
  'create index match_result_target on match_result (pair_id, target_id)',
  `create table match_decision (
    pair_id ${text} not null, source_id ${text} not null, target_id ${text} not null, decision ${text} not null, risks ${text} not null, decided_by ${text} not null, decided_at ${integer} not null,
    primary key (pair_id, source_id, target_id))${end}`,
  `create table match_review (
    number ${serial}, batch ${text} not null, pair_id ${text} not null, collection_id ${text} not null, source_id ${text} not null, action ${text} not null, actor ${text} not null, at ${integer} not null,
    before ${text} not null, after ${text} not null, undone_at ${integer})${end}`,
  'create index match_review_batch on match_review (batch, source_id)',
  'create index match_review_collection on match_review (collection_id, number)',
  'create index match_review_pair on match_review (pair_id, number)',
  `create table rule (
    id ${text} not null primary key, rule_set ${text} not null, owner_kind ${text} not null, owner_id ${text} not null, position ${integer} not null, body ${text} not null)${end}`,
  'create index rule_owner on rule (rule_set, owner_kind, owner_id, position)',
  `create table task (
    number ${serial}, id ${text} not null unique, pair_id ${text} not null references pair (id), collection_id ${text}, collection_name ${text} not null,
    agent_id ${text} not null references agent (id), kind ${text} not null, state ${text} not null, phase ${text} not null, settings ${text} not null, checkpoint ${text},
    done ${integer} not null, failed ${integer} not null, total ${integer}, message ${text} not null, time_left_ms ${integer}, throttled_ms ${integer} not null,
    plan_id ${text}, undoes ${text}, rolled_back_by ${text}, created_at ${integer} not null, started_at ${integer}, finished_at ${integer}, created_by ${text} not null,
    seq ${integer} not null, lease_owner ${text}, lease_until ${integer}, cancel_requested ${integer} not null, scheduled_at ${integer})${end}`,
  'create index task_queue on task (agent_id, state, number)',
  'create index task_collection on task (collection_id, number)',
  'create index task_pair on task (pair_id, number)',
  `create table task_item (
    number ${serial}, task_id ${text} not null references task (id), object_id ${text}, name ${text} not null, kind ${text} not null, status ${text} not null,
    message ${text} not null, problem ${integer} not null, at ${integer} not null)${end}`,
  'create index task_item_task on task_item (task_id, number)',
  'create index task_item_problem on task_item (task_id, problem, status)',
  `create table plan (
    number ${serial}, id ${text} not null unique, task_id ${text} not null references task (id), collection_id ${text}, created_at ${integer} not null, tenant_name ${text} not null, organization_id ${text} not null,
    settings ${text}, confirmation ${text} not null, counts ${text} not null, guard ${text} not null, findings_errors ${integer} not null, findings_warnings ${integer} not null,
    unresolved ${integer} not null, conflicts ${integer} not null, unfinished ${integer} not null default 0, rules_hash ${text} not null default '')${end}`,
  'create index plan_task on plan (task_id)',
  'create index plan_collection on plan (collection_id, number)',
  `create table operation (
    plan_id ${text} not null references plan (id), seq ${integer} not null, id ${text} not null unique, kind ${text} not null, service ${text} not null, object_kind ${text} not null,
    source_id ${text}, target_id ${text}, name ${text} not null, name_key ${text} not null, body ${text} not null, outcome ${text} not null, message ${text} not null,
    primary key (plan_id, seq))${end}`,
  // Whether two plans write to one object is asked before either is applied.
  'create index operation_source on operation (source_id, plan_id)',
  'create index operation_target on operation (target_id, plan_id)',
  'create index operation_outcome on operation (plan_id, outcome, seq)',
  `create table plan_skip (
    number ${serial}, plan_id ${text} not null references plan (id), source_id ${text} not null, name ${text} not null, kind ${text} not null, status ${text} not null, reason ${text} not null)${end}`,
  'create index plan_skip_plan on plan_skip (plan_id, number)',
  `create table plan_finding (
    number ${serial}, plan_id ${text} not null references plan (id), source_id ${text}, name ${text} not null, attribute ${text} not null, value ${text} not null,
    rule ${text} not null, severity ${text} not null, message ${text} not null, proposal ${text})${end}`,
  'create index plan_finding_plan on plan_finding (plan_id, number)',
  `create table plan_unresolved (
    number ${serial}, plan_id ${text} not null references plan (id), source_id ${text} not null, attribute ${text} not null, dn ${text} not null, reason ${text} not null, on_creation ${integer} not null default 0)${end}`,
  'create index plan_unresolved_plan on plan_unresolved (plan_id, source_id, number)',
  // What others changed since, of plans that take something back: the three-way view.
  `create table plan_conflict (
    number ${serial}, plan_id ${text} not null references plan (id), source_id ${text}, target_id ${text} not null, name ${text} not null, kind ${text} not null, attribute ${text} not null, item ${text}, item_name ${text}, created ${integer} not null,
    before ${text} not null, written ${text} not null, present ${text} not null, between_writes ${text}, choice ${text} not null)${end}`,
  'create index plan_conflict_plan on plan_conflict (plan_id, number)',
  // No foreign keys: the journal outlives the task, the plan and the objects it speaks of.
  `create table journal (
    number ${serial}, id ${text} not null unique, pair_id ${text} not null, collection_id ${text}, task_id ${text} not null, plan_id ${text} not null, operation_id ${text} not null,
    source_id ${text}, target_id ${text}, kind ${text} not null, operation ${text} not null, before ${text} not null, intent_at ${integer} not null,
    outcome ${text}, message ${text} not null, settled_at ${integer}, undone_by ${text}, changed_references ${text}, undone_values ${text}, undone_count ${integer} not null default 0)${end}`,
  'create index journal_task on journal (task_id, outcome, number)',
  'create index journal_object on journal (pair_id, source_id, number)',
  'create index journal_target on journal (pair_id, target_id, number)',
  'create index journal_count on journal (pair_id, collection_id, outcome, undone_by)',
  `create table waiting_reference (
    pair_id ${text} not null, source_id ${text} not null, attribute ${text} not null, dn_key ${text} not null, dn ${text} not null, other_id ${text}, collection_id ${text},
    since ${integer} not null, reason ${text} not null, healed_by ${text}, healed_at ${integer}, target_id ${text}, other_target_id ${text}, on_creation ${integer} not null default 0,
    primary key (pair_id, source_id, attribute, dn_key))${endNarrow}`,
  'create index waiting_reference_other on waiting_reference (pair_id, other_id)',
  'create index waiting_reference_healed on waiting_reference (pair_id, healed_by)',
  `create table outbox (
    number ${serial}, id ${text} not null unique, pair_id ${text} not null, task_id ${text} not null, source_id ${text}, target_id ${text} not null, name ${text} not null, upn ${text} not null,
    state ${text} not null, secret_ref ${text}, created_at ${integer} not null, expires_at ${integer}, unique (pair_id, target_id))${end}`,
  'create index outbox_state on outbox (pair_id, state, number)',
  `create table pair_setting (pair_id ${text} not null, name ${text} not null, value ${text} not null, primary key (pair_id, name))${endNarrow}`,
  `create table check_run (
    task_id ${text} not null primary key references task (id), pair_id ${text} not null, collection_id ${text}, created_at ${integer} not null, request ${text} not null, totals ${text} not null,
    left_out ${text} not null, left_out_total ${integer} not null, tenant_read ${integer} not null, finished ${integer} not null)${end}`,
  'create index check_run_scope on check_run (pair_id, collection_id)',
  `create table check_finding (
    number ${serial}, task_id ${text} not null references task (id), source_id ${text}, dn ${text} not null, name ${text} not null, name_key ${text} not null, kind ${text}, object_class ${text} not null,
    attribute ${text} not null, value ${text} not null, rules ${text} not null, errors ${text} not null, severity ${text} not null, message ${text} not null, proposal ${text}, action ${text} not null,
    collections ${text} not null, choice ${text} not null, new_value ${text}, operation_id ${text})${end}`,
  'create index check_finding_task on check_finding (task_id, severity, number)',
  'create index check_finding_name on check_finding (task_id, name_key, number)',
  'create index check_finding_object on check_finding (task_id, source_id)',
  'create index check_finding_operation on check_finding (operation_id)',
  // Where reading what changed stands: by side of the pair (the directory, or a resource of the tenant).
  `create table watermark (
    pair_id ${text} not null, side ${text} not null, method ${text} not null, server ${text} not null, invocation ${text} not null, usn ${text} not null, token ${text} not null, asked_hash ${text} not null,
    read_at ${integer} not null, problem ${text} not null,
    primary key (pair_id, side))${end}`,
  // Who reads a pair now, and what the last readings are worth to others: when they began, and what was asked for.
  `create table pair_reading (
    pair_id ${text} not null primary key, lease_owner ${text}, lease_until ${integer}, began_at ${integer}, asked ${text}, whole_began_at ${integer}, whole_asked ${text})${end}`,
  // Names that only one object of a tenant should have, by who holds them.
  `create table unique_name (pair_id ${text} not null, target_id ${text} not null, kind ${text} not null, value ${text} not null, primary key (pair_id, target_id, kind, value))${endNarrow}`,
  'create index unique_name_value on unique_name (pair_id, value)',
  // Containers by objectGUID: renaming one changes the DN of everything below it, and the directory tells of the container only.
  `create table container (pair_id ${text} not null, id ${text} not null, dn ${text} not null, dn_key ${text} not null, primary key (pair_id, id))${end}`,
  'create index container_dn on container (pair_id, dn_key)',
  // What changed on either side, for the coexistence cycles of the pair's collections.
  `create table change_feed (number ${serial}, pair_id ${text} not null, side ${text} not null, object_id ${text} not null, what ${text} not null, at ${integer} not null)${end}`,
  'create index change_feed_pair on change_feed (pair_id, number)',
  'create index source_link_dn on source_link (pair_id, dn_key)',
  'create index waiting_reference_dn on waiting_reference (pair_id, dn_key)',
  // Coexistence of a collection; settings is JSON.
  `create table coexistence (
    collection_id ${text} not null primary key references collection (id), pair_id ${text} not null, state ${text} not null, settings ${text} not null, position ${integer} not null,
    full_hash ${text} not null, full_at ${integer}, next_at ${integer}, failures ${integer} not null, retry_at ${integer}, attention ${text} not null, task_id ${text}, changed_at ${integer} not null)${end}`,
  'create index coexistence_due on coexistence (state, next_at)',
  // What coexistence keeps in step: who of them leaves the collection or the directory is treated as the collection says.
  `create table synced_object (
    collection_id ${text} not null, source_id ${text} not null, pair_id ${text} not null, target_id ${text} not null, since ${integer} not null, agreed ${text} not null default '', members ${text} not null default '',
    primary key (collection_id, source_id))${endNarrow}`,
  // Which of them are no members any more is asked in each cycle; what was agreed makes the rows long.
  'create index synced_object_narrow on synced_object (collection_id, pair_id, source_id)',
  // What the objects of a plan agree with the tenant about once it is carried out, where that is something else than before.
  `create table planned_agreement (plan_id ${text} not null, source_id ${text} not null, agreed ${text} not null, members ${text} not null, primary key (plan_id, source_id))${endNarrow}`,
  // What others changed in the tenant; expected and actual are JSON. plan_id: the plan that writes over it.
  `create table drift (
    number ${serial}, pair_id ${text} not null, collection_id ${text} not null, source_id ${text} not null, target_id ${text} not null, attribute ${text} not null, item ${text} not null,
    expected ${text} not null, actual ${text} not null, seen_at ${integer} not null, state ${text} not null, asked ${integer} not null, changed_at ${integer} not null, changed_by ${text} not null, plan_id ${text})${end}`,
  'create index drift_collection on drift (collection_id, state, number)',
  'create index drift_object on drift (collection_id, source_id)',
  'create index drift_plan on drift (plan_id)',
  // Cycles of coexistence; a quiet one leaves this row and nothing else.
  `create table cycle (
    number ${serial}, id ${text} not null unique, collection_id ${text} not null, pair_id ${text} not null, task_id ${text}, plan_id ${text}, agent_id ${text} not null, kind ${text} not null, reason ${text} not null,
    started_at ${integer} not null, ended_at ${integer}, changes ${integer} not null, requests ${integer} not null, operations ${integer} not null, failed ${integer} not null, held ${integer} not null,
    in_step ${integer} not null, objects ${integer} not null, lag_ms ${integer}, throttled_ms ${integer} not null, outcome ${text} not null, message ${text} not null)${end}`,
  'create index cycle_collection on cycle (collection_id, number)',
  'create index cycle_task on cycle (task_id)',
  // Objects, or single attributes of them, that coexistence leaves alone until somebody releases them; the empty attribute stands for all.
  `create table hold (
    pair_id ${text} not null, source_id ${text} not null, attribute ${text} not null, since ${integer} not null, held_by ${text} not null, reason ${text} not null, task_id ${text},
    primary key (pair_id, source_id, attribute))${end}`,
  // Objects of a collection that failed, and when coexistence tries them again.
  `create table retry (
    collection_id ${text} not null, source_id ${text} not null, failures ${integer} not null, retry_at ${integer} not null, problem ${text} not null,
    primary key (collection_id, source_id))${end}`,
  // What agents share about the limits of a tenant: until when nobody sends, when somebody was throttled last, and from when on the budget is free.
  `create table tenant_budget (tenant_key ${text} not null primary key, paused_until ${integer} not null, writes_told_at ${integer}, writes_from ${integer}, units_told_at ${integer}, units_from ${integer})${end}`,
  // Groups whose membership is written back to the directory, and the members (objectGUIDs, with their matches then) on which both sides agreed last.
  `create table write_back (
    pair_id ${text} not null, source_id ${text} not null, collection_id ${text} not null, since ${integer} not null, chosen_by ${text} not null, agreed_at ${integer}, tried ${text} not null default '',
    primary key (pair_id, source_id))${end}`,
  'create index write_back_collection on write_back (collection_id)',
  `create table write_back_member (pair_id ${text} not null, source_id ${text} not null, member_id ${text} not null, target_id ${text} not null, primary key (pair_id, source_id, member_id))${endNarrow}`,
];
