/** Name of the agent that every project has. */
export const LOCAL_AGENT = 'Local';
