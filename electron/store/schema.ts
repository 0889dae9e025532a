import type { Generated } from 'kysely';

/** 0 or 1: the portable boolean. */
export type Flag = 0 | 1;

/** The open project: one row. */
export interface ProjectTable { id: string; name: string; created_at: number; demo: Flag }
/** Named JSON values of the project. */
export interface SettingTable { key: string; value: string }
/** Migration pairs; `source`, `target`, `defaults`, `tenant_facts` are JSON. */
export interface PairTable {
  id: string; name: string; name_key: string; source: string; target: string; redirection_domain: string; schema_template: string; defaults: string;
  source_name: string; target_name: string; tenant_facts: string | null; discovered_at: number | null; created_at: number;
}
/** Directory Migration Agents. `owner`: the process that works under this name until `owned_until` (see agent-leases.ts); `health`: where it tells how it is. `drained`: it takes no more tasks. */
export interface AgentTable { id: string; name: string; name_key: string; host: string; version: string; heartbeat_at: number | null; created_at: number; owner: Generated<string | null>; owned_until: Generated<number | null>; health: Generated<string | null>; drained: Generated<Flag> }
/** What processes tell each other of changes; see notices.ts. */
export interface NoticeTable { noun: string; number: number }
/** Collections; names are unique within a pair without regard to case. `scope`: container and filter of a dynamic one, JSON; `scope_read_at`: when its members were last worked out. */
export interface CollectionTable {
  id: string; pair_id: string; agent_id: string; name: string; name_key: string; kind: string; coexistence: Flag; created_at: number; scope: string | null; scope_read_at: number | null;
}
/** Objects that were to be added to a collection and are out of scope, with the clause that excluded them. */
export interface CollectionLeftOutTable {
  collection_id: string; object_id: string; pair_id: string; name: string; name_key: string; dn: string; object_type: string; clause: string; reason: string; seen_at: number;
}
/** What a reading for a collection has found and not yet put into it. */
export interface FoundObjectTable {
  reading_id: string; object_id: string; pair_id: string; is_member: Flag; name: string; dn: string; object_type: string; clause: string; reason: string; found_at: number;
}
/** Objects of a collection with their statuses; `kind` and `name_key` repeat the source's for sorting. */
export interface CollectionMemberTable {
  collection_id: string; source_id: string; pair_id: string; kind: string; name_key: string; status: string; reason: string; synchronisation: string; changed_at: number;
}
/** Objects of the directory; `attributes` is JSON. `seen_at`: when a reading last saw it. `missing`: not seen by the latest whole reading. */
export interface SourceTable {
  pair_id: string; id: string; kind: string; dn: string; dn_key: string; name: string; name_key: string; upn: string; upn_key: string; mail: string; mail_key: string;
  account_key: string; sid: string; attributes: string; usn: string | null; hash: string; run_id: string; seen_at: number; missing: Flag; changed_at: number;
}
/** Linked attributes of the directory, one row a value. */
export interface SourceLinkTable { pair_id: string; source_id: string; attribute: string; dn_key: string; dn: string }
/** Objects of the tenant; `attributes` is JSON. `members_read`: the links of attribute `members` are all there are, even when there are none. */
export interface TargetTable {
  pair_id: string; id: string; kind: string; name: string; name_key: string; upn: string; upn_key: string; mail: string; mail_key: string;
  attributes: string; deleted: Flag; hash: string; run_id: string; seen_at: number; members_read: Generated<Flag>; changed_at: number;
}
/** Linked attributes of the tenant by Graph id, one row a value. */
export interface TargetLinkTable { pair_id: string; target_id: string; attribute: string; linked_id: string }
/** Outcome of matching one source object; `evidence` and `risks` are JSON. `confirmed`: not merely found while a migration was planned. */
export interface MatchTable {
  pair_id: string; source_id: string; state: string; target_id: string | null; rule_id: string | null; rule_text: string; pinned: Flag; confirmed: Flag;
  evidence: string; risks: string; reason: string; review: Generated<string>; changed_at: number;
}
/** Decisions of people about matches; `target_id` empty: about the object as such. `risks` is JSON: the flags that were seen when it was accepted. */
export interface MatchDecisionTable { pair_id: string; source_id: string; target_id: string; decision: string; risks: string; decided_by: string; decided_at: number }
/** What each decision changed, one row an object; `before` and `after` are JSON. Rows of one `batch` were decided together. */
export interface MatchReviewTable {
  number: Generated<number>; batch: string; pair_id: string; collection_id: string; source_id: string; action: string; actor: string; at: number; before: string; after: string; undone_at: number | null;
}
/** Matching and mapping rules; `body` is the rule as JSON without id and position. */
export interface RuleTable { id: string; rule_set: string; owner_kind: string; owner_id: string; position: number; body: string }
/** Tasks and their leases; `settings` and `checkpoint` are JSON. */
export interface TaskTable {
  number: Generated<number>; id: string; pair_id: string; collection_id: string | null; collection_name: string; agent_id: string; kind: string; state: string; phase: string;
  settings: string; checkpoint: string | null; done: number; failed: number; total: number | null; message: string; time_left_ms: number | null; throttled_ms: number;
  plan_id: string | null; undoes: string | null; rolled_back_by: string | null; created_at: number; started_at: number | null; finished_at: number | null; created_by: string;
  seq: number; lease_owner: string | null; lease_until: number | null; cancel_requested: Flag;
  /** Time from which an approved plan is applied; null: none. */
  scheduled_at: Generated<number | null>;
}
/** What a task did to single objects. */
export interface TaskItemTable {
  number: Generated<number>; task_id: string; object_id: string | null; name: string; kind: string; status: string; message: string; problem: Flag; at: number;
}
/** Headers of plans; `settings`, `counts`, `guard` are JSON. */
export interface PlanTable {
  number: Generated<number>; id: string; task_id: string; collection_id: string | null; created_at: number; tenant_name: string; organization_id: string; settings: string | null; confirmation: string;
  counts: string; guard: string; findings_errors: number; findings_warnings: number; unresolved: number; conflicts: number; unfinished: Generated<Flag>;
  /** Fingerprint of the collection's mapping rules when the plan was begun. */
  rules_hash: Generated<string>;
}
/** Operations of plans; `body` holds changes, references and previous references as JSON. */
export interface OperationTable {
  plan_id: string; seq: number; id: string; kind: string; service: string; object_kind: string; source_id: string | null; target_id: string | null; name: string; name_key: string;
  body: string; outcome: string; message: string;
}
/** An object of the tenant that a plan writes to. */
export interface PlanTargetTable { plan_id: string; target_id: string }
/** Objects that a plan leaves alone. */
export interface PlanSkipTable { number: Generated<number>; plan_id: string; source_id: string; name: string; kind: string; status: string; reason: string }
/** What the checks of a plan found. */
export interface PlanFindingTable {
  number: Generated<number>; plan_id: string; source_id: string | null; name: string; attribute: string; value: string; rule: string; severity: string; message: string; proposal: string | null;
}
/** References of a plan that wait for another object. */
export interface PlanUnresolvedTable { number: Generated<number>; plan_id: string; source_id: string; attribute: string; dn: string; reason: string; on_creation: Flag }
/** What others changed since a migration, as a roll back plan saw it. `before`, `written`, `present` and `between_writes` are JSON; `choice`: restore or keep. */
export interface PlanConflictTable {
  number: Generated<number>; plan_id: string; source_id: string | null; target_id: string; name: string; kind: string; attribute: string; item: string | null; item_name: string | null; created: Flag;
  before: string; written: string; present: string; between_writes: string | null; choice: string;
}
/** The journal; `operation` and `before` are JSON. `outcome` null: the write was intended and nobody knows yet what came of it. */
export interface JournalTable {
  number: Generated<number>; id: string; pair_id: string; collection_id: string | null; task_id: string; plan_id: string; operation_id: string;
  source_id: string | null; target_id: string | null; kind: string; operation: string; before: string; intent_at: number;
  outcome: string | null; message: string; settled_at: number | null; undone_by: string | null;
  /** JSON: the references that the write really changed; null: not settled, or none are of interest. */
  changed_references: string | null;
  /** JSON: names of single values of the operation that were taken back while others stand, or an object with those (`undone`) and the ones that were left in place (`left`); null: none. `undone_count`: how many. */
  undone_values: Generated<string | null>; undone_count: Generated<number>;
}

/**
 * The ledger of references that wait for another object. `other_id`: objectGUID of the object waited for, when the directory showed it.
 * `collection_id`: the one whose rules wrote the waiting object. `healed_by`: the task that wrote it; null while it waits.
 * `target_id`: Graph id of the waiting object's match when the entry was kept or healed; `other_target_id`: that of the other when it was written. `on_creation`: it belongs to the creation of the waiting object.
 */
export interface WaitingReferenceTable {
  pair_id: string; source_id: string; attribute: string; dn_key: string; dn: string; other_id: string | null; collection_id: string | null; since: number; reason: string;
  healed_by: string | null; healed_at: number | null; target_id: string | null; other_target_id: string | null; on_creation: Flag;
}
/** Headers of checks; `request`, `totals`, `left_out` are JSON. `scope`: the pair, or the collection, that was checked. */
export interface CheckTable {
  task_id: string; pair_id: string; collection_id: string | null; created_at: number; request: string; totals: string; left_out: string; left_out_total: number; tenant_read: Flag; finished: Flag;
}
/**
 * Findings of checks. `rules` and `errors`: words between blanks, so that one can be looked for. `choice`: what a person decided (EDIT, REMOVE, COMPLETE; empty:
 * nothing yet). `operation_id`: the operation that writes the decision.
 */
export interface CheckFindingTable {
  number: Generated<number>; task_id: string; source_id: string | null; dn: string; name: string; name_key: string; kind: string | null; object_class: string; attribute: string; value: string;
  rules: string; errors: string; severity: string; message: string; proposal: string | null; action: string; collections: string; choice: string; new_value: string | null; operation_id: string | null;
}
/** New accounts and where their passwords stand; `secret_ref` names the password in the secret store. */
export interface OutboxTable {
  number: Generated<number>; id: string; pair_id: string; task_id: string; source_id: string | null; target_id: string; name: string; upn: string; state: string; secret_ref: string | null;
  created_at: number; expires_at: number | null;
}
/** Named JSON values of a pair. */
export interface PairSettingTable { pair_id: string; name: string; value: string }

/** Where reading what changed stands, by side of a pair. */
export interface WatermarkTable { pair_id: string; side: string; method: string; server: string; invocation: string; usn: string; token: string; asked_hash: string; read_at: number; problem: string }
/** Who reads a pair now; the last reading of what changed, and the last one of everything: when they began, and what was asked for. */
export interface PairReadingTable { pair_id: string; lease_owner: string | null; lease_until: number | null; began_at: number | null; asked: string | null; whole_began_at: number | null; whole_asked: string | null }
/** Unique names of tenant objects: user principal names, nicknames and addresses in lower case, source anchors as they are. */
export interface UniqueNameTable { pair_id: string; target_id: string; kind: string; value: string }
/** What agents share about the limits of a tenant; see tenant-budget.ts. Times in milliseconds since 1970 UTC. */
export interface TenantBudgetTable { tenant_key: string; paused_until: number; writes_told_at: number | null; writes_from: number | null; units_told_at: number | null; units_from: number | null }
/** Containers of the directory by objectGUID. */
export interface ContainerTable { pair_id: string; id: string; dn: string; dn_key: string }
/** What changed on either side, in the order in which it was read. */
export interface ChangeFeedTable { number: Generated<number>; pair_id: string; side: string; object_id: string; what: string; at: number }
/** Coexistence of collections; `settings` is JSON. */
export interface CoexistenceTable {
  collection_id: string; pair_id: string; state: string; settings: string; position: number; full_hash: string; full_at: number | null; next_at: number | null; failures: number; retry_at: number | null;
  attention: string; task_id: string | null; changed_at: number;
}
/** Objects that coexistence keeps in step, with their match. `agreed`, `members`: what was agreed on with the tenant (shared/rules/agreed.ts); empty: nothing yet. */
export interface SyncedObjectTable { collection_id: string; source_id: string; pair_id: string; target_id: string; since: number; agreed: Generated<string>; members: Generated<string> }
/** What objects of a plan agree with the tenant about when it is carried out. */
export interface PlannedAgreementTable { plan_id: string; source_id: string; agreed: string; members: string }
/** What others changed in the tenant; `expected` and `actual` are JSON. */
export interface DriftTable {
  number: Generated<number>; pair_id: string; collection_id: string; source_id: string; target_id: string; attribute: string; item: string; expected: string; actual: string; seen_at: number; state: string; asked: Flag;
  changed_at: number; changed_by: string; plan_id: string | null;
}
/** Cycles of coexistence. */
export interface CycleTable {
  number: Generated<number>; id: string; collection_id: string; pair_id: string; task_id: string | null; plan_id: string | null; agent_id: string; kind: string; reason: string; started_at: number; ended_at: number | null;
  changes: number; requests: number; operations: number; failed: number; held: number; in_step: number; objects: number; lag_ms: number | null; throttled_ms: number; outcome: string; message: string;
}
/** What coexistence leaves alone; the empty attribute stands for the whole object. */
export interface HoldTable { pair_id: string; source_id: string; attribute: string; since: number; held_by: string; reason: string; task_id: string | null }
/** Objects that failed in coexistence, and when they are tried again. */
export interface RetryTable { collection_id: string; source_id: string; failures: number; retry_at: number; problem: string }

/** Groups whose membership is written back to the directory. `agreed_at`: when both sides agreed last; null: never. `tried`: digest of the tenant's members that were written as far as they can be; empty: none. */
export interface WriteBackTable { pair_id: string; source_id: string; collection_id: string; since: number; chosen_by: string; agreed_at: number | null; tried: string }
/** Members on which both sides agreed last, by objectGUID, with the Graph id that they were matched with then. */
export interface WriteBackMemberTable { pair_id: string; source_id: string; member_id: string; target_id: string }

/** Staged batches of mailboxes; `settings` is JSON. */
export interface MailboxBatchTable {
  number: Generated<number>; id: string; pair_id: string; collection_id: string | null; name: string; service_name: string; endpoint: string; profile: string; state: string; settings: string;
  csv_name: string; csv_hash: string; total: number; wanted: string; agent_id: string; created_at: number; created_by: string; consent_at: number | null; consent_by: string | null;
  started_at: number | null; started_by: string | null; ended_at: number | null; closed_at: number | null; task_id: string | null; message: string; service_status: string; grade: string;
  next_at: number | null; looked_at: number | null; failures: number; lease_owner: string | null; lease_until: number | null;
}
/** Mailboxes of a batch, by the line of its file. */
export interface MailboxRowTable {
  batch_id: string; line: number; pair_id: string; address: string; address_key: string; source_id: string | null; source_name: string; target_id: string | null; stage: string; state: string;
  origin: string; error_code: string; error: string; suggestion: string; secret_ref: string | null; force_change: number | null; service_status: string; routing: string;
  target_before: string | null; items: number; skipped: number; items_total: number | null; bytes: number; bytes_total: number | null; grade: string; queued_ms: number; busy_ms: number;
  stalled_ms: number; provisioned_at: number | null; forwarded_at: number | null; data_at: number | null; completed_at: number | null; converted_at: number | null; changed_at: number;
}
/** Reports of batches; `content` is CSV. */
export interface MailboxReportTable { number: Generated<number>; id: string; pair_id: string; batch_id: string; kind: string; made_at: number; row_count: number; content: string }
/** Mail to be sent and sent; `fields` and `attachments` are JSON. */
export interface MailTable {
  number: Generated<number>; id: string; pair_id: string | null; dedupe_key: string; scenario: string; template: string; recipient: string; recipient_name: string; subject: string;
  body: string; fields: string; attachments: string; secret_ref: string | null; account_id: string | null; task_id: string | null; agent_id: string | null; state: string; tries: number;
  next_at: number | null; message: string; answer: string; created_at: number; sent_at: number | null; lease_owner: string | null; lease_until: number | null;
}
/** Texts in place of the shipped ones. */
export interface NotificationTemplateTable { scope: string; name: string; content: string; changed_at: number; changed_by: string }
/** The chain of evidence: what was written in one transaction. `marks` is JSON; `hash` is that of all else in the row, `previous` that of the link before. */
export interface EvidenceLinkTable { number: number; at: number; event: string; pair_id: string | null; marks: string; previous: string; hash: string }
/** What people and the program did besides writing; `detail` is JSON. */
export interface EvidenceEventTable { number: Generated<number>; id: string; pair_id: string | null; collection_id: string | null; task_id: string | null; kind: string; actor: string; at: number; subject: string; detail: string }
/** Steps of runbooks; `result` is JSON. */
export interface RunbookStepTable { pair_id: string; runbook: string; step: string; state: string; checked_at: number | null; result: string; confirmed_at: number | null; confirmed_by: string | null; note: string }
/** Where mail for a user goes; `path` is JSON. */
export interface MailFlowTable { pair_id: string; source_id: string; situation: string; run_at: number; name: string; name_key: string; verdict: string; message: string; path: string }

/** Every table of a project, as the newest migration leaves it. */
export interface Tables {
  project: ProjectTable; setting: SettingTable; pair: PairTable; agent: AgentTable; notice: NoticeTable; collection: CollectionTable; collection_member: CollectionMemberTable; collection_left_out: CollectionLeftOutTable; found_object: FoundObjectTable;
  source: SourceTable; source_link: SourceLinkTable; target: TargetTable; target_link: TargetLinkTable; match_result: MatchTable; match_decision: MatchDecisionTable; match_review: MatchReviewTable; rule: RuleTable;
  task: TaskTable; task_item: TaskItemTable; plan: PlanTable; operation: OperationTable; plan_target: PlanTargetTable; plan_skip: PlanSkipTable; plan_finding: PlanFindingTable;
  plan_unresolved: PlanUnresolvedTable; plan_conflict: PlanConflictTable; journal: JournalTable;
  check_run: CheckTable; check_finding: CheckFindingTable;
  waiting_reference: WaitingReferenceTable; pair_setting: PairSettingTable; outbox: OutboxTable;
  tenant_budget: TenantBudgetTable; unique_name: UniqueNameTable; pair_reading: PairReadingTable; watermark: WatermarkTable; container: ContainerTable; change_feed: ChangeFeedTable; coexistence: CoexistenceTable; synced_object: SyncedObjectTable; planned_agreement: PlannedAgreementTable; drift: DriftTable; cycle: CycleTable; hold: HoldTable; retry: RetryTable;
  write_back: WriteBackTable; write_back_member: WriteBackMemberTable;
  mailbox_batch: MailboxBatchTable; mailbox_row: MailboxRowTable; mailbox_report: MailboxReportTable; mail: MailTable; notification_template: NotificationTemplateTable;
  evidence_link: EvidenceLinkTable; evidence_event: EvidenceEventTable; runbook_step: RunbookStepTable; mail_flow: MailFlowTable;
}
