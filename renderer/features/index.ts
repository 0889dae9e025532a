import type { Features } from '../app/screens.ts';
import { AgentsTab } from './agents/AgentsTab.tsx';
import { NewAgentDialog } from './agents/NewAgent.tsx';
import { agentCommands } from './agents/commands.ts';
import { DrainAgentDialog, MoveCollectionDialog, RemoveAgentDialog } from './agents/dialogs.tsx';
import { CollectionChecksTab, PairChecksTab } from './checks/ChecksTab.tsx';
import { checkCommands } from './checks/commands.ts';
import { RollBackFixesDialog } from './checks/RollBackFixes.tsx';
import { CheckObjectsDialog, ImportDecisionsDialog } from './checks/dialogs.tsx';
import { CoexistenceTab } from './coexistence/CoexistenceTab.tsx';
import { EnableCoexistenceWizard } from './coexistence/EnableWizard.tsx';
import { AcceptDriftDialog, ReapplyDriftDialog } from './coexistence/DriftDialogs.tsx';
import { ChooseGroupsDialog } from './coexistence/ChooseGroups.tsx';
import { LeaveGroupsDialog, WriteBackWizard } from './coexistence/WriteBackWizard.tsx';
import { driftCommands } from './coexistence/drift-commands.ts';
import { coexistenceCommands } from './coexistence/commands.ts';
import { CoexistenceScheduleDialog, DisableSynchronizationDialog, HoldObjectsDialog, RestartCoexistenceDialog } from './coexistence/dialogs.tsx';
import { AddObjectsDialog } from './collections/AddObjects.tsx';
import { CollectionHome } from './collections/CollectionHome.tsx';
import { CollectionsTab } from './collections/CollectionsTab.tsx';
import { ChangeScopeDialog, NewDynamicCollectionDialog } from './collections/DynamicScope.tsx';
import { ImportObjectsDialog } from './collections/ImportObjects.tsx';
import { MoveObjectsDialog } from './collections/MoveObjects.tsx';
import { QueryObjectsDialog } from './collections/QueryObjects.tsx';
import { collectionCommands } from './collections/commands.ts';
import { DeleteCollectionDialog, NewCollectionDialog, RemoveObjectsDialog, RenameCollectionDialog } from './collections/dialogs.tsx';
import { CutoverTab } from './cutover/CutoverTab.tsx';
import { cutoverCommands } from './cutover/commands.ts';
import { ConfirmStepDialog, CutoverSettingsDialog, StepEvidenceDialog } from './cutover/dialogs.tsx';
import { EvidenceTab } from './evidence/EvidenceTab.tsx';
import { EvidencePackDialog } from './evidence/PackDialog.tsx';
import { evidenceCommands } from './evidence/commands.ts';
import { CollectionLicencesTab, PairLicencesTab } from './licences/LicencesTab.tsx';
import { licenceCommands } from './licences/commands.ts';
import { LicenceRuleDialog, RemoveLicenceRuleDialog } from './licences/dialogs.tsx';
import { NewMailboxBatchWizard } from './mailboxes/BatchWizard.tsx';
import { MailboxTab } from './mailboxes/MailboxTab.tsx';
import { ConvertMailboxesWizard, ForwardMailWizard } from './mailboxes/SwitchWizards.tsx';
import { mailboxCommands } from './mailboxes/commands.ts';
import { BatchDetailsDialog, CompleteMigrationDialog, DiscardBatchDialog, MailboxDetailsDialog, StopBatchDialog } from './mailboxes/dialogs.tsx';
import { DecideMatchesDialog, UndoDecisionDialog } from './matching/DecideDialog.tsx';
import { MatchFromFileDialog } from './matching/FileDialog.tsx';
import { ReviewPolicyDialog } from './matching/PolicyDialog.tsx';
import { ReviewMatchDialog } from './matching/ReviewMatchDialog.tsx';
import { CollectionReviewTab, PairReviewTab } from './matching/ReviewTab.tsx';
import { matchingCommands } from './matching/commands.ts';
import { NotificationsTab } from './notifications/NotificationsTab.tsx';
import { notificationCommands } from './notifications/commands.ts';
import { MailDetailsDialog, RetryMailsDialog, TestMailDialog } from './notifications/dialogs.tsx';
import { ObjectDetailsDialog } from './objects/ObjectDetails.tsx';
import { ObjectsTab } from './objects/ObjectsTab.tsx';
import { objectCommands } from './objects/commands.ts';
import { BreakMatchingDialog, MatchObjectsDialog } from './objects/dialogs.tsx';
import { InitialPasswordsDialog } from './passwords/InitialPasswords.tsx';
import { passwordCommands } from './passwords/commands.ts';
import { TestConnectionDialog } from './pairs/ConnectionTest.tsx';
import { PairHome } from './pairs/PairHome.tsx';
import { PairsTab } from './pairs/PairsTab.tsx';
import { NewPairWizard } from './pairs/PairWizard.tsx';
import { pairCommands } from './pairs/commands.ts';
import { DeletePairDialog, PairPropertiesDialog } from './pairs/dialogs.tsx';
import { ProjectHome } from './project/ProjectHome.tsx';
import { MoveProjectDialog } from './project/MoveProject.tsx';
import { projectCommands, viewCommands } from './project/commands.ts';
import { CopyProjectDialog, KeyboardDialog, OpenProjectDialog, RenameProjectDialog } from './project/dialogs.tsx';
import { CollectionReferencesTab, PairReferencesTab } from './references/ReferencesTab.tsx';
import { CollectionMappingTab, PairMappingTab } from './rules/MappingTab.tsx';
import { CollectionMatchingTab, PairMatchingTab } from './rules/MatchingTab.tsx';
import { ruleCommands } from './rules/commands.ts';
import { MappingRuleDialog } from './rules/MappingRuleDialog.tsx';
import { PushRulesDialog } from './rules/PushRules.tsx';
import { SchemaTemplateDialog } from './rules/SchemaTemplate.tsx';
import { MatchingRuleDialog, RemoveRuleDialog, RuleOrderDialog } from './rules/dialogs.tsx';
import { CollectionStatisticsTab, PairStatisticsTab } from './statistics/StatisticsTab.tsx';
import { GuardLimitsDialog } from './tasks/GuardLimits.tsx';
import { MigrateWizard, ReviewPlanDialog } from './tasks/MigrateWizard.tsx';
import { PlansDialog } from './tasks/PlansDialog.tsx';
import { RollBackWizard } from './tasks/RollBackWizard.tsx';
import { TaskDetailsDialog } from './tasks/TaskDetails.tsx';
import { CollectionTasksTab, PairTasksTab, ProjectTasksTab } from './tasks/TasksTab.tsx';
import { taskCommands } from './tasks/commands.ts';

/** Everything the features give to the shell: the one place where they are put together. */
export const features: Features = {
  screens: {
    project: { 'Home': ProjectHome, 'Migration Pairs': PairsTab, 'Tasks': ProjectTasksTab, 'Notifications': NotificationsTab, 'Evidence': EvidenceTab, 'Agents': AgentsTab },
    agents: { Agents: AgentsTab },
    pair: { Home: PairHome, Collections: CollectionsTab, Review: PairReviewTab, Matching: PairMatchingTab, Mapping: PairMappingTab, Licences: PairLicencesTab, References: PairReferencesTab, Checks: PairChecksTab, 'Mailbox Migration': MailboxTab, Cutover: CutoverTab, Tasks: PairTasksTab, Statistics: PairStatisticsTab },
    collection: { Home: CollectionHome, Objects: ObjectsTab, Coexistence: CoexistenceTab, Review: CollectionReviewTab, Matching: CollectionMatchingTab, Mapping: CollectionMappingTab, Licences: CollectionLicencesTab, References: CollectionReferencesTab, Checks: CollectionChecksTab, Statistics: CollectionStatisticsTab, Tasks: CollectionTasksTab },
  },
  dialogs: {
    'project rename': RenameProjectDialog, 'project copy': CopyProjectDialog, 'project move': MoveProjectDialog, 'project open': OpenProjectDialog, 'keyboard shortcuts': KeyboardDialog,
    'new pair': NewPairWizard, 'pair properties': PairPropertiesDialog, 'pair test': TestConnectionDialog, 'pair delete': DeletePairDialog,
    'new collection': NewCollectionDialog, 'new dynamic collection': NewDynamicCollectionDialog, 'change scope': ChangeScopeDialog, 'import objects': ImportObjectsDialog, 'move objects': MoveObjectsDialog, 'collection rename': RenameCollectionDialog, 'collection delete': DeleteCollectionDialog, 'add objects': AddObjectsDialog,
    'query objects': QueryObjectsDialog, 'remove objects': RemoveObjectsDialog, 'object details': ObjectDetailsDialog, 'match objects': MatchObjectsDialog, 'break matching': BreakMatchingDialog,
    'decide matches': DecideMatchesDialog, 'review match': ReviewMatchDialog, 'undo decision': UndoDecisionDialog, 'match from file': MatchFromFileDialog, 'review policy': ReviewPolicyDialog,
    'migrate objects': MigrateWizard, 'roll back': RollBackWizard, 'review plan': ReviewPlanDialog, 'plans': PlansDialog, 'guard limits': GuardLimitsDialog, 'task details': TaskDetailsDialog,
    'enable coexistence': EnableCoexistenceWizard, 'coexistence schedule': CoexistenceScheduleDialog, 'disable synchronization': DisableSynchronizationDialog, 'restart coexistence': RestartCoexistenceDialog, 'hold objects': HoldObjectsDialog,
    're-apply drift': ReapplyDriftDialog, 'accept drift': AcceptDriftDialog, 'choose groups': ChooseGroupsDialog, 'leave groups': LeaveGroupsDialog, 'write back': WriteBackWizard,
    'new mailbox batch': NewMailboxBatchWizard, 'mailbox batch': BatchDetailsDialog, 'stop mailbox batch': StopBatchDialog, 'discard mailbox batch': DiscardBatchDialog, 'mailbox details': MailboxDetailsDialog, 'complete migration': CompleteMigrationDialog, 'convert mailboxes': ConvertMailboxesWizard, 'forward mail': ForwardMailWizard,
    'cutover settings': CutoverSettingsDialog, 'confirm step': ConfirmStepDialog, 'step evidence': StepEvidenceDialog, 'mail details': MailDetailsDialog, 'retry mails': RetryMailsDialog, 'test mail': TestMailDialog, 'evidence pack': EvidencePackDialog,
    'new agent': NewAgentDialog, 'drain agent': DrainAgentDialog, 'remove agent': RemoveAgentDialog, 'move collection': MoveCollectionDialog,
    'check objects': CheckObjectsDialog, 'import decisions': ImportDecisionsDialog, 'roll back fixes': RollBackFixesDialog,
    'matching rule': MatchingRuleDialog, 'mapping rule': MappingRuleDialog, 'remove rule': RemoveRuleDialog, 'initial passwords': InitialPasswordsDialog, 'licence rule': LicenceRuleDialog, 'remove licence rule': RemoveLicenceRuleDialog, 'rule order': RuleOrderDialog, 'push rules': PushRulesDialog, 'schema template': SchemaTemplateDialog,
  },
  commands: [...taskCommands, ...coexistenceCommands, ...driftCommands, ...mailboxCommands, ...cutoverCommands, ...notificationCommands, ...evidenceCommands, ...agentCommands, ...objectCommands, ...matchingCommands, ...collectionCommands, ...pairCommands, ...ruleCommands, ...licenceCommands, ...passwordCommands, ...checkCommands, ...projectCommands, ...viewCommands],
};
