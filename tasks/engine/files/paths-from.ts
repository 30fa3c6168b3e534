import type { Input } from '../task.ts'

/** A path or pattern that is meant from a directory below the root, as it is from the root. */
export function pathFrom(directory: string, path: string): string {
  if (directory === '' || path === '' || path.startsWith('/')) return path
  return path.startsWith('!') ? `!${directory}/${path.slice(1)}` : `${directory}/${path}`
}

export function inputsFrom(directory: string, inputs: readonly Input[]): readonly Input[] {
  if (directory === '') return inputs
  return inputs.map(input => {
    if (typeof input === 'string') return pathFrom(directory, input)
    if ('file' in input) return { ...input, file: pathFrom(directory, input.file) }
    return 'glob' in input ? { ...input, glob: pathFrom(directory, input.glob) } : input
  })
}
