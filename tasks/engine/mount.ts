const brand = Symbol.for('debug-server.mount')

/** Another Taskfile, whose tasks get the key of this one in front of their names. */
export interface Mount {
  readonly [brand]: true
  /** Relative to the Taskfile that mounts it. */
  readonly path: string
}

/**
 * Mounts another Taskfile under a name: with `export default { web: mount('./web/Taskfile.ts') }` its task `build` is
 * `web:build`, and runs in the directory of its own Taskfile. Tasks of both may need each other: by name, or by value.
 */
export function mount(path: string): Mount {
  return { [brand]: true, path }
}

export function isMount(value: unknown): value is Mount {
  return typeof value === 'object' && value !== null && brand in value
}
