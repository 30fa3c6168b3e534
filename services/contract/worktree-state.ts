/**
 *     leased → scrubbing ⇄ warm → leased
 *        └─────────┴─────────┴→ removing, and then it is gone
 *
 * `leased`: in the hands of a session. `scrubbing`: given back; what the session left is being taken out. `warm`: clean,
 * for the next session to take, in the boot of the machine in which it was scrubbed. `removing`: damaged, or too many, or reclaimed.
 */
export const worktreeStatuses = ['leased', 'scrubbing', 'warm', 'removing'] as const
export type WorktreeStatus = (typeof worktreeStatuses)[number]

const next: Record<WorktreeStatus, readonly WorktreeStatus[]> = {
  leased: ['scrubbing', 'removing'],
  scrubbing: ['warm', 'removing'],
  warm: ['leased', 'scrubbing', 'removing'],
  removing: [],
}

export const worktreeMayBecome = (from: WorktreeStatus, to: WorktreeStatus): boolean =>
  next[from].includes(to)
