/** Tells a process that it goes on with the watch of one that had its place. Its value is a count: see `takeRestarts`. */
export const restartsVariable = 'DEBUG_SERVER_TASK_WATCH'

/**
 * Whether this process goes on with a watch: then, how many times in a row the tasks themselves have changed what their
 * Taskfile consists of. Commands that it starts do not get to know.
 */
export function takeRestarts(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[restartsVariable]
  delete environment[restartsVariable]
  return text === undefined ? undefined : Number(text) || 0
}
