import { existsSync } from 'node:fs';
import type { Statistics } from '../../shared/contracts/collections.ts';
import { AppError, ErrorCode, appError } from '../../shared/domain/errors.ts';
import type { LicenceRule } from '../../shared/domain/licences.ts';
import type { MappingRule, MatchingRule } from '../../shared/domain/rules.ts';
import { inTransaction, type Context } from './context.ts';
import { agentLeasesRepository, type AgentLeasesRepository } from './repositories/agent-leases.ts';
import { agentsRepository, type AgentsRepository } from './repositories/agents.ts';
import { changeFeedRepository, type ChangeFeedRepository } from './repositories/change-feed.ts';
import { containersRepository, type ContainersRepository } from './repositories/containers.ts';
import { writeBackRepository, type WriteBackRepository } from './repositories/write-back.ts';
import { tenantBudgetRepository, type TenantBudgetRepository } from './repositories/tenant-budget.ts';
import { watermarksRepository, type WatermarksRepository } from './repositories/watermarks.ts';
import { checksRepository, type ChecksRepository } from './repositories/checks.ts';
import { collectionObjectsRepository, type CollectionObjectsRepository } from './repositories/collection-objects.ts';
import { collectionLeftOutRepository, type CollectionLeftOutRepository } from './repositories/collection-left-out.ts';
import { collectionReadingRepository, type CollectionReadingRepository } from './repositories/collection-reading.ts';
import { collectionOverlapsRepository, type CollectionOverlapsRepository } from './repositories/collection-overlaps.ts';
import { coexistenceRepository, type CoexistenceRepository } from './repositories/coexistence.ts';
import { collectionsRepository, type CollectionsRepository } from './repositories/collections.ts';
import { cyclesRepository, type CyclesRepository } from './repositories/cycles.ts';
import { driftRepository, type DriftRepository } from './repositories/drift.ts';
import { evidenceRepository, type EvidenceRepository } from './repositories/evidence.ts';
import { holdsRepository, type HoldsRepository } from './repositories/holds.ts';
import { journalRepository, type JournalRepository } from './repositories/journal.ts';
import { matchDecisionsRepository, type MatchDecisionsRepository } from './repositories/match-decisions.ts';
import { matchReviewRepository, type MatchReviewRepository } from './repositories/match-review.ts';
import { matchesRepository, type MatchesRepository } from './repositories/matches.ts';
import { mailboxBatchesRepository, type MailboxBatchesRepository } from './repositories/mailbox-batches.ts';
import { mailboxReportsRepository, type MailboxReportsRepository } from './repositories/mailbox-reports.ts';
import { mailboxRowsRepository, type MailboxRowsRepository } from './repositories/mailbox-rows.ts';
import { mailsRepository, type MailsRepository } from './repositories/mails.ts';
import { mailFlowRepository, type MailFlowRepository } from './repositories/mail-flow.ts';
import { noticesRepository, type NoticesRepository } from './repositories/notices.ts';
import { notificationTemplatesRepository, type NotificationTemplatesRepository } from './repositories/notification-templates.ts';
import { outboxRepository, type OutboxRepository } from './repositories/outbox.ts';
import { pairReadingsRepository, type PairReadingsRepository } from './repositories/pair-readings.ts';
import { pairSettingsRepository, type PairSettingsRepository } from './repositories/pair-settings.ts';
import { pairsRepository, type PairsRepository } from './repositories/pairs.ts';
import { planConflictsRepository, type PlanConflictsRepository } from './repositories/plan-conflicts.ts';
import { planOperationsRepository, type PlanOperationsRepository } from './repositories/plan-operations.ts';
import { planObjectsRepository, type PlanObjectsRepository } from './repositories/plan-objects.ts';
import { planInputsRepository, type PlanInputsRepository } from './repositories/plan-inputs.ts';
import { planRecordsRepository, type PlanRecordsRepository } from './repositories/plans.ts';
import { projectRepository, type ProjectRepository } from './repositories/project.ts';
import { referencesRepository, type ReferencesRepository } from './repositories/references.ts';
import { retriesRepository, type RetriesRepository } from './repositories/retries.ts';
import { licenceRulesRepository, mappingRulesRepository, matchingRulesRepository, type RulesRepository } from './repositories/rules.ts';
import { runbookRepository, type RunbookRepository } from './repositories/runbook.ts';
import { settingsRepository, type SettingsRepository } from './repositories/settings.ts';
import { sourceLinksRepository, type SourceLinksRepository } from './repositories/source-links.ts';
import { sourceMovesRepository, type SourceMovesRepository } from './repositories/source-moves.ts';
import { sourceNamesRepository, type SourceNamesRepository } from './repositories/source-names.ts';
import { sourcesRepository, type SourcesRepository } from './repositories/sources.ts';
import type { TaskSignal } from './signal/task-signal.ts';
import { statistics, type StatisticsScope } from './repositories/statistics.ts';
import { syncStateRepository, type SyncStateRepository } from './repositories/sync-state.ts';
import { targetNamesRepository, type TargetNamesRepository } from './repositories/target-names.ts';
import { targetsRepository, type TargetsRepository } from './repositories/targets.ts';
import { taskItemsRepository, type TaskItemsRepository } from './repositories/task-items.ts';
import { taskQueueRepository, type TaskQueueRepository } from './repositories/task-queue.ts';
import { taskRecordsRepository, type TaskRecordsRepository } from './repositories/tasks.ts';

/** Everything that can be read and written in a project, one member a noun. */
export interface Repositories {
  readonly project: ProjectRepository;
  readonly settings: SettingsRepository;
  readonly pairs: PairsRepository;
  readonly agents: AgentsRepository & AgentLeasesRepository;
  readonly collections: CollectionsRepository & CollectionObjectsRepository & CollectionOverlapsRepository & CollectionLeftOutRepository & CollectionReadingRepository & { statistics(scope?: StatisticsScope): Promise<Statistics> };
  readonly sources: SourcesRepository & SourceNamesRepository & SourceMovesRepository & SourceLinksRepository;
  readonly targets: TargetsRepository & TargetNamesRepository;
  readonly matches: MatchesRepository & MatchDecisionsRepository & MatchReviewRepository;
  readonly matchingRules: RulesRepository<MatchingRule>;
  readonly mappingRules: RulesRepository<MappingRule>;
  readonly licenceRules: RulesRepository<LicenceRule>;
  readonly tasks: TaskRecordsRepository & TaskQueueRepository & TaskItemsRepository;
  readonly plans: PlanRecordsRepository & PlanOperationsRepository & PlanInputsRepository & PlanObjectsRepository;
  readonly journal: JournalRepository;
  readonly evidence: EvidenceRepository;
  readonly planConflicts: PlanConflictsRepository;
  readonly checks: ChecksRepository;
  readonly references: ReferencesRepository;
  readonly pairSettings: PairSettingsRepository;
  readonly outbox: OutboxRepository;
  readonly coexistence: CoexistenceRepository;
  readonly cycles: CyclesRepository;
  readonly retries: RetriesRepository;
  readonly watermarks: WatermarksRepository;
  readonly tenantBudget: TenantBudgetRepository;
  readonly pairReadings: PairReadingsRepository;
  readonly containers: ContainersRepository;
  readonly changeFeed: ChangeFeedRepository;
  readonly holds: HoldsRepository;
  readonly syncState: SyncStateRepository;
  readonly drift: DriftRepository;
  readonly writeBack: WriteBackRepository;
  readonly notices: NoticesRepository;
  readonly runbook: RunbookRepository;
  readonly mailFlow: MailFlowRepository;
  readonly mailboxBatches: MailboxBatchesRepository;
  readonly mailboxRows: MailboxRowsRepository;
  readonly mailboxReports: MailboxReportsRepository;
  readonly mails: MailsRepository;
  readonly notificationTemplates: NotificationTemplatesRepository;
}

/** Key of the database behind a store, for the store's own files only. */
export const CONTEXT: unique symbol = Symbol('context');

/** An open project. */
export interface Store extends Repositories {
  /** Path of the project file, or the address of the project on PostgreSQL without its password. */
  readonly file: string;
  /** Name of the newest migration, e.g. `0001-project`. */
  readonly schemaVersion: string;
  /** Set when opening brought an older project forward: the version before, and the copy that was made first (a file only). */
  readonly migrated: { readonly from: string; readonly copy: string | null } | null;
  /** Changes when another process has written to the project; own writes do not count. Cheap enough to ask every second. */
  dataVersion(): number;
  /**
   * Runs `fn` in one transaction: all of it is kept, or nothing when it throws. `fn` must use the repositories given to it,
   * not the store's (they would wait for the transaction to end), and must not wait for anything but them.
   */
  transaction<T>(fn: (within: Repositories) => Promise<T>): Promise<T>;
  /** Writes a consistent copy to a new file. @throws AppError CONFLICT when the file exists or the project is not a file, INVALID_INPUT when it cannot be written. */
  copyTo(file: string): Promise<void>;
  /** Everything committed so far survives a loss of power when the promise resolves. Not usable inside a transaction. */
  toDisk(): Promise<void>;
  /** Problems that the database finds in itself; empty when it is sound. A file is read as a whole: about a second for 500 MB. */
  check(): Promise<readonly string[]>;
  /** Wakes agents of other processes when tasks wait for them. */
  readonly signal: TaskSignal;
  /** Waits for calls under way and closes the project. Safe to call twice. */
  close(): Promise<void>;
  readonly [CONTEXT]: Context;
}

function repositories(context: Context): Repositories {
  return {
    project: projectRepository(context),
    settings: settingsRepository(context),
    pairs: pairsRepository(context),
    agents: { ...agentsRepository(context), ...agentLeasesRepository(context) },
    collections: { ...collectionsRepository(context), ...collectionObjectsRepository(context), ...collectionOverlapsRepository(context), ...collectionLeftOutRepository(context), ...collectionReadingRepository(context), statistics: (scope) => statistics(context, scope) },
    sources: { ...sourcesRepository(context), ...sourceNamesRepository(context), ...sourceMovesRepository(context), ...sourceLinksRepository(context) },
    targets: { ...targetsRepository(context), ...targetNamesRepository(context) },
    matches: { ...matchesRepository(context), ...matchDecisionsRepository(context), ...matchReviewRepository(context) },
    matchingRules: matchingRulesRepository(context),
    mappingRules: mappingRulesRepository(context),
    licenceRules: licenceRulesRepository(context),
    tasks: { ...taskRecordsRepository(context), ...taskQueueRepository(context), ...taskItemsRepository(context) },
    plans: { ...planRecordsRepository(context), ...planOperationsRepository(context), ...planInputsRepository(context), ...planObjectsRepository(context) },
    journal: journalRepository(context),
    evidence: evidenceRepository(context),
    planConflicts: planConflictsRepository(context),
    checks: checksRepository(context),
    references: referencesRepository(context),
    pairSettings: pairSettingsRepository(context),
    outbox: outboxRepository(context),
    coexistence: coexistenceRepository(context),
    cycles: cyclesRepository(context),
    retries: retriesRepository(context),
    watermarks: watermarksRepository(context),
    tenantBudget: tenantBudgetRepository(context),
    pairReadings: pairReadingsRepository(context),
    containers: containersRepository(context),
    changeFeed: changeFeedRepository(context),
    holds: holdsRepository(context),
    syncState: syncStateRepository(context),
    drift: driftRepository(context),
    writeBack: writeBackRepository(context),
    notices: noticesRepository(context),
    runbook: runbookRepository(context),
    mailFlow: mailFlowRepository(context),
    mailboxBatches: mailboxBatchesRepository(context),
    mailboxRows: mailboxRowsRepository(context),
    mailboxReports: mailboxReportsRepository(context),
    mails: mailsRepository(context),
    notificationTemplates: notificationTemplatesRepository(context),
  };
}

/** Puts the repositories of an open database together. */
export function buildStore(context: Context, opened: Pick<Store, 'file' | 'schemaVersion' | 'migrated' | 'close' | 'signal'>): Store {
  return {
    ...opened,
    ...repositories(context),
    [CONTEXT]: context,
    dataVersion: () => context.dialect.dataVersion(),
    transaction: (fn) => inTransaction(context, (within) => fn(repositories(within))),
    copyTo: async (file) => {
      if (existsSync(file)) throw appError(ErrorCode.Conflict, `The file ${file} exists already; choose another name.`);
      try {
        await context.dialect.copyTo(context.db, file);
      } catch (error) {
        if (error instanceof AppError && error.data.code === ErrorCode.Conflict) throw error;
        throw appError(ErrorCode.InvalidInput, `The project cannot be copied to ${file}; check that the folder exists, can be written and has room.`, { cause: error });
      }
    },
    toDisk: () => context.dialect.toDisk(context.db),
    check: () => context.dialect.check(context.db),
  };
}
