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

/** Objects of the tenant that plans write to, mailbox migration, mail that the project sends, the chain of evidence, runbooks and the flow of mail. Words and forms as in the first schema. */
export const statements = ({ text, integer, serial, end, endNarrow }: Words): readonly string[] => [
  // Objects of the tenant that a finished plan writes to. Not an index of its operations: the ids are random, and to keep an index in order while a large
  // plan is made costs more than to fill this table at its end (110,000 objects: 4 s against 0.5 s).
  'drop index operation_target',
  `create table plan_target (
    plan_id ${text} not null references plan (id), target_id ${text} not null,
    primary key (plan_id, target_id))${endNarrow}`,
  'insert into plan_target (plan_id, target_id) select distinct o.plan_id, o.target_id from operation o join plan p on p.id = o.plan_id where p.unfinished = 0 and o.target_id is not null order by o.plan_id, o.target_id',
  // Staged batches of mailboxes; what a person wants of one is carried out by the agent that looks after it (`wanted`, `next_at`).
  `create table mailbox_batch (number ${serial}, id ${text} not null unique, pair_id ${text} not null, collection_id ${text}, name ${text} not null, service_name ${text} not null, endpoint ${text} not null, profile ${text} not null,
    state ${text} not null, settings ${text} not null, csv_name ${text} not null, csv_hash ${text} not null, total ${integer} not null, wanted ${text} not null, agent_id ${text} not null, created_at ${integer} not null, created_by ${text} not null, consent_at ${integer}, consent_by ${text},
    started_at ${integer}, started_by ${text}, ended_at ${integer}, closed_at ${integer}, task_id ${text}, message ${text} not null, service_status ${text} not null, grade ${text} not null,
    next_at ${integer}, looked_at ${integer}, failures ${integer} not null, lease_owner ${text}, lease_until ${integer}, unique (pair_id, service_name))${end}`,
  'create index mailbox_batch_due on mailbox_batch (agent_id, state, next_at)',
  'create index mailbox_batch_pair on mailbox_batch (pair_id, number)',
  // Mailboxes of a batch, a line of its file each.
  `create table mailbox_row (batch_id ${text} not null references mailbox_batch (id), line ${integer} not null, pair_id ${text} not null, address ${text} not null, address_key ${text} not null, source_id ${text}, source_name ${text} not null, target_id ${text},
    stage ${text} not null, state ${text} not null, origin ${text} not null, error_code ${text} not null, error ${text} not null, suggestion ${text} not null, secret_ref ${text}, force_change ${integer},
    service_status ${text} not null, routing ${text} not null, target_before ${text}, items ${integer} not null, skipped ${integer} not null, items_total ${integer}, bytes ${integer} not null, bytes_total ${integer}, grade ${text} not null,
    queued_ms ${integer} not null, busy_ms ${integer} not null, stalled_ms ${integer} not null, provisioned_at ${integer}, forwarded_at ${integer}, data_at ${integer}, completed_at ${integer}, converted_at ${integer}, changed_at ${integer} not null,
    primary key (batch_id, line))${end}`,
  'create index mailbox_row_address on mailbox_row (pair_id, address_key)',
  'create index mailbox_row_state on mailbox_row (batch_id, state, line)',
  'create index mailbox_row_source on mailbox_row (pair_id, source_id)',
  // Reports of batches, as they were sent.
  `create table mailbox_report (number ${serial}, id ${text} not null unique, pair_id ${text} not null, batch_id ${text} not null, kind ${text} not null, made_at ${integer} not null, row_count ${integer} not null, content ${text} not null)${end}`,
  'create index mailbox_report_batch on mailbox_report (batch_id, number)',
  // Mail to be sent and sent; a password is never in it, only the name under which the machine keeps it.
  `create table mail (number ${serial}, id ${text} not null unique, pair_id ${text}, dedupe_key ${text} not null unique, scenario ${text} not null, template ${text} not null, recipient ${text} not null, recipient_name ${text} not null, subject ${text} not null,
    body ${text} not null, fields ${text} not null, attachments ${text} not null, secret_ref ${text}, account_id ${text}, task_id ${text}, agent_id ${text},
    state ${text} not null, tries ${integer} not null, next_at ${integer}, message ${text} not null, answer ${text} not null, created_at ${integer} not null, sent_at ${integer}, lease_owner ${text}, lease_until ${integer})${end}`,
  'create index mail_due on mail (state, next_at)',
  'create index mail_sent on mail (sent_at)',
  'create index mail_account on mail (account_id)',
  // Asked every second, of all pairs.
  'create index outbox_expiry on outbox (state, expires_at)',
  'create index mail_pair on mail (pair_id, number)',
  // Texts in place of the shipped ones: of the project (scope `project`), or of one agent (its id).
  `create table notification_template (scope ${text} not null, name ${text} not null, content ${text} not null, changed_at ${integer} not null, changed_by ${text} not null, primary key (scope, name))${end}`,
  // The chain of evidence: one link a transaction. Nothing of it is ever changed or removed; the numbers have no gaps, so they are not the database's.
  `create table evidence_link (number ${integer} not null primary key, at ${integer} not null, event ${text} not null, pair_id ${text}, marks ${text} not null, previous ${text} not null, hash ${text} not null)${end}`,
  `create table evidence_event (number ${serial}, id ${text} not null unique, pair_id ${text}, collection_id ${text}, task_id ${text}, kind ${text} not null, actor ${text} not null, at ${integer} not null, subject ${text} not null, detail ${text} not null)${end}`,
  'create index evidence_event_pair on evidence_event (pair_id, number)',
  'create index evidence_event_task on evidence_event (task_id)',
  // Steps of a runbook with their latest check and who confirmed it.
  `create table runbook_step (pair_id ${text} not null, runbook ${text} not null, step ${text} not null, state ${text} not null, checked_at ${integer}, result ${text} not null, confirmed_at ${integer}, confirmed_by ${text}, note ${text} not null, primary key (pair_id, runbook, step))${end}`,
  // Where mail for a user goes before and after the switch.
  `create table mail_flow (pair_id ${text} not null, source_id ${text} not null, situation ${text} not null, run_at ${integer} not null, name ${text} not null, name_key ${text} not null, verdict ${text} not null, message ${text} not null, path ${text} not null, primary key (pair_id, situation, source_id))${end}`,
  'create index mail_flow_verdict on mail_flow (pair_id, situation, verdict, name_key)',
];
