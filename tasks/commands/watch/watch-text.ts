import { count, plainLine } from '../../reporters/plain-text.ts'

/** `src/a.ts changed, and 2 more`. */
export function changedText(paths: readonly string[]): string {
  const [first = '', ...more] = paths
  return more.length === 0
    ? `${plainLine(first)} changed`
    : `${plainLine(first)} changed, and ${more.length} more`
}

export function watchingText(files: number, tasks: number): string {
  return `watching ${count(files, 'file')} of ${count(tasks, 'task')}; Ctrl+C ends`
}

/** Said once of a task whose inputs never stay as they are. */
export function ownDoingText(task: string, paths: readonly string[]): string {
  return `${task}: ${changedText(paths)} in each of its runs; waiting for another change`
}
