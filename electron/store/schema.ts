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
/** Directory Migration Agents. */
export interface AgentTable { id: string; name: string; name_key: string; host: string; version: string; heartbeat_at: number | null; created_at: number }
/** Collections; names are unique within a pair without regard to case. */
export interface CollectionTable { id: string; pair_id: string; agent_id: string; name: string; name_key: string; kind: string; coexistence: Flag; created_at: number }
/** Objects of a collection with their statuses; `kind` and `name_key` repeat the source's for sorting. */
export interface CollectionMemberTable {
  collection_id: string; source_id: string; pair_id: string; kind: string; name_key: string; status: string; reason: string; synchronisation: string; changed_at: number;
}
/** Objects of the directory; `attributes` is JSON. `seen_at`: when a reading last saw it. `missing`: not seen by the latest whole reading. */
export interface SourceTable {
  pair_id: string; id: string; kind: string; dn: string; dn_key: string; name: string; name_key: string; upn: string; upn_key: string; mail: string; mail_key: string;
  account_key: string; attributes: string; usn: string | null; hash: string; run_id: string; seen_at: number; missing: Flag; changed_at: number;
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
  evidence: string; risks: string; reason: string; changed_at: number;
}
/** Matching and mapping rules; `body` is the rule as JSON without id and position. */
export interface RuleTable { id: string; rule_set: string; owner_kind: string; owner_id: string; position: number; body: string }
/** Tasks and their leases; `settings` and `checkpoint` are JSON. */
export interface TaskTable {
  number: Generated<number>; id: string; pair_id: string; collection_id: string | null; collection_name: string; agent_id: string; kind: string; state: string; phase: string;
  settings: string; checkpoint: string | null; done: number; failed: number; total: number | null; message: string; time_left_ms: number | null; throttled_ms: number;
  plan_id: string | null; undoes: string | null; rolled_back_by: string | null; created_at: number; started_at: number | null; finished_at: number | null; created_by: string;
  seq: number; lease_owner: string | null; lease_until: number | null; cancel_requested: Flag;
}
/** What a task did to single objects. */
export interface TaskItemTable {
  number: Generated<number>; task_id: string; object_id: string | null; name: string; kind: string; status: string; message: string; problem: Flag; at: number;
}
/** Headers of plans; `settings`, `counts`, `guard` are JSON. */
export interface PlanTable {
  number: Generated<number>; id: string; task_id: string; collection_id: string | null; created_at: number; tenant_name: string; organization_id: string; settings: string | null; confirmation: string;
  counts: string; guard: string; findings_errors: number; findings_warnings: number; unresolved: number; conflicts: number; unfinished: Generated<Flag>;
}
/** Operations of plans; `body` holds changes, references and previous references as JSON. */
export interface OperationTable {
  plan_id: string; seq: number; id: string; kind: string; service: string; object_kind: string; source_id: string | null; target_id: string | null; name: string; name_key: string;
  body: string; outcome: string; message: string;
}
/** Objects that a plan leaves alone. */
export interface PlanSkipTable { number: Generated<number>; plan_id: string; source_id: string; name: string; kind: string; status: string; reason: string }
/** What the checks of a plan found. */
export interface PlanFindingTable {
  number: Generated<number>; plan_id: string; source_id: string | null; name: string; attribute: string; value: string; rule: string; severity: string; message: string; proposal: string | null;
}
/** References of a plan that wait for another object. */
export interface PlanUnresolvedTable { number: Generated<number>; plan_id: string; source_id: string; attribute: string; dn: string; reason: string }
/** The journal; `operation` and `before` are JSON. `outcome` null: the write was intended and nobody knows yet what came of it. */
export interface JournalTable {
  number: Generated<number>; id: string; pair_id: string; collection_id: string | null; task_id: string; plan_id: string; operation_id: string;
  source_id: string | null; target_id: string | null; kind: string; operation: string; before: string; intent_at: number;
  outcome: string | null; message: string; settled_at: number | null; undone_by: string | null;
  /** JSON: the references that the write really changed; null: not settled, or none are of interest. */
  changed_references: string | null;
}

/** Every table of a project, as the newest migration leaves it. */
export interface Tables {
  project: ProjectTable; setting: SettingTable; pair: PairTable; agent: AgentTable; collection: CollectionTable; collection_member: CollectionMemberTable;
  source: SourceTable; source_link: SourceLinkTable; target: TargetTable; target_link: TargetLinkTable; match_result: MatchTable; rule: RuleTable;
  task: TaskTable; task_item: TaskItemTable; plan: PlanTable; operation: OperationTable; plan_skip: PlanSkipTable; plan_finding: PlanFindingTable;
  plan_unresolved: PlanUnresolvedTable; journal: JournalTable;
}
