/** What the system says about one process at one moment. */
export interface ProcessEntry {
  readonly pid: number
  readonly ppid: number
  /** Process group. */
  readonly pgid: number
  /** Session; outside Linux the process group stands in for it. */
  readonly sid: number
  /** Opaque: with the pid it names one process for ever, across restarts of the machine too. */
  readonly startTime: string
  /** The same moment as a number that grows, comparable between processes of one machine since its start. */
  readonly startOrder: number
  /** Ended, and only waiting for its parent to take notice. Not alive. */
  readonly zombie: boolean
  /** Stopped by a signal or a tracer: it heeds SIGTERM only when continued. */
  readonly stopped: boolean
}
