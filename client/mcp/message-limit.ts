/** The longest message, in bytes: the longest patch, every character of it escaped. What is longer is not read. */
export const longestMessage = 64 * 1024 * 1024
