/**
 * What directory synchronisation makes of an object of Active Directory when it is switched on. `Synchronised`: it belongs together already; `Hard match` and
 * `Soft match`: it takes its object over, by the source anchor or by name and address; `No match`: it makes a new object; `Conflict`: it is refused, or loses a
 * value that others hold; `Blocked`: the account in Microsoft 365 holds an administrator role; `Left out`: the default rules leave it out.
 */
export const HAND_OVER_STATUSES = ['Synchronised', 'Hard match', 'Soft match', 'No match', 'Conflict', 'Blocked', 'Left out'] as const;
export type HandOverStatus = (typeof HAND_OVER_STATUSES)[number];
