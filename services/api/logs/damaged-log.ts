/** A log that was compressed cannot be read any more. What is the matter with its file is told by the cause alone. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError'

  constructor(log: string, options: ErrorOptions) {
    super(`${log} is damaged on the server's disk: from here on it cannot be read`, options)
  }
}
