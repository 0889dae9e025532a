import type { Features } from '../app/screens.ts';
import { AgentsTab } from './agents/AgentsTab.tsx';
import { AddObjectsDialog, QueryObjectsDialog } from './collections/AddObjects.tsx';
import { CollectionHome } from './collections/CollectionHome.tsx';
import { CollectionsTab } from './collections/CollectionsTab.tsx';
import { collectionCommands } from './collections/commands.ts';
import { DeleteCollectionDialog, NewCollectionDialog, RemoveObjectsDialog, RenameCollectionDialog } from './collections/dialogs.tsx';
import { ObjectDetailsDialog } from './objects/ObjectDetails.tsx';
import { ObjectsTab } from './objects/ObjectsTab.tsx';
import { objectCommands } from './objects/commands.ts';
import { BreakMatchingDialog, MatchObjectsDialog } from './objects/dialogs.tsx';
import { TestConnectionDialog } from './pairs/ConnectionTest.tsx';
import { PairHome } from './pairs/PairHome.tsx';
import { PairsTab } from './pairs/PairsTab.tsx';
import { NewPairWizard } from './pairs/PairWizard.tsx';
import { pairCommands } from './pairs/commands.ts';
import { DeletePairDialog, PairPropertiesDialog } from './pairs/dialogs.tsx';
import { ProjectHome } from './project/ProjectHome.tsx';
import { projectCommands, viewCommands } from './project/commands.ts';
import { CopyProjectDialog, KeyboardDialog, OpenProjectDialog, RenameProjectDialog } from './project/dialogs.tsx';
import { CollectionMappingTab, PairMappingTab } from './rules/MappingTab.tsx';
import { CollectionMatchingTab, PairMatchingTab } from './rules/MatchingTab.tsx';
import { ruleCommands } from './rules/commands.ts';
import { MappingRuleDialog, MatchingRuleDialog, RemoveRuleDialog } from './rules/dialogs.tsx';
import { CollectionStatisticsTab, PairStatisticsTab } from './statistics/StatisticsTab.tsx';
import { MigrateWizard, ReviewPlanDialog } from './tasks/MigrateWizard.tsx';
import { RollBackWizard } from './tasks/RollBackWizard.tsx';
import { TaskDetailsDialog } from './tasks/TaskDetails.tsx';
import { CollectionTasksTab, PairTasksTab, ProjectTasksTab } from './tasks/TasksTab.tsx';
import { taskCommands } from './tasks/commands.ts';

/** Everything the features give to the shell: the one place where they are put together. */
export const features: Features = {
  screens: {
    project: { 'Home': ProjectHome, 'Migration Pairs': PairsTab, 'Tasks': ProjectTasksTab, 'Agents': AgentsTab },
    agents: { Agents: AgentsTab },
    pair: { Home: PairHome, Collections: CollectionsTab, Matching: PairMatchingTab, Mapping: PairMappingTab, Tasks: PairTasksTab, Statistics: PairStatisticsTab },
    collection: { Home: CollectionHome, Objects: ObjectsTab, Matching: CollectionMatchingTab, Mapping: CollectionMappingTab, Statistics: CollectionStatisticsTab, Tasks: CollectionTasksTab },
  },
  dialogs: {
    'project rename': RenameProjectDialog, 'project copy': CopyProjectDialog, 'project open': OpenProjectDialog, 'keyboard shortcuts': KeyboardDialog,
    'new pair': NewPairWizard, 'pair properties': PairPropertiesDialog, 'pair test': TestConnectionDialog, 'pair delete': DeletePairDialog,
    'new collection': NewCollectionDialog, 'collection rename': RenameCollectionDialog, 'collection delete': DeleteCollectionDialog, 'add objects': AddObjectsDialog,
    'query objects': QueryObjectsDialog, 'remove objects': RemoveObjectsDialog, 'object details': ObjectDetailsDialog, 'match objects': MatchObjectsDialog, 'break matching': BreakMatchingDialog,
    'migrate objects': MigrateWizard, 'roll back': RollBackWizard, 'review plan': ReviewPlanDialog, 'task details': TaskDetailsDialog,
    'matching rule': MatchingRuleDialog, 'mapping rule': MappingRuleDialog, 'remove rule': RemoveRuleDialog,
  },
  commands: [...taskCommands, ...objectCommands, ...collectionCommands, ...pairCommands, ...ruleCommands, ...projectCommands, ...viewCommands],
};
