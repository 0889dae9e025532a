/** Hand-over to directory synchronisation: which anchors to write, and what it makes of every object. Pure. */
export { planAnchor, predictHandOver, type AnchorPlan, type HandOverContext, type HandOverPrediction } from './predict.ts';
export { createHandOverIndex, type HandOverIndex, type HeldObject } from './tenant-index.ts';
