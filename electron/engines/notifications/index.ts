/** The notification engine: templates, what they ask for, and which message an account gets. Pure. */
export { messageFor, noteWrite, type AccountChanges } from './scenario.ts';
export { fillIn, fillInSubject, readTemplate, type Template, type TemplateProblem } from './template.ts';
