/** Version of the program, the same as in package.json (a test compares them): reading the file at run time would not survive bundling. */
export const VERSION = '0.1.0';
