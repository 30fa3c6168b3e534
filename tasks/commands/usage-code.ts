/** The exit code of a mistake on the command line, as opposed to one in the Taskfile or in the world. */
export const usageCode = 2
