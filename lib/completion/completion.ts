/** A whole word that may stand at the cursor of a shell. */
export interface Candidate {
  readonly text: string
  readonly describe?: string
}

export interface Completion {
  readonly candidates: readonly Candidate[]
  /** Names of files fit too: they begin after this many characters of the word. */
  readonly filesFrom?: number
}

export const nothing: Completion = { candidates: [] }
