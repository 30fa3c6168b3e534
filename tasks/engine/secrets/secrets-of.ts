/** The values of the variables that tasks declare as secrets, by name. One that is not set, or is empty, is none. */
export function secretsOf(
  tasks: Iterable<{ readonly secrets?: readonly string[] | undefined }>,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const { secrets = [] } of tasks) {
    for (const name of secrets) {
      const value = environment[name]
      if (value !== undefined && value !== '') values.set(name, value)
    }
  }
  return values
}
