export interface ApprovalPolicy {
  /** Who decides: the person's manager, or administrators. */
  readonly approver: 'manager' | 'admins';
  /** How long a request waits; without it, until somebody decides. */
  readonly expires_after?: string;
}

/** The document approval_policies (contract §5): roles that are not in force until somebody approves them. */
export interface ApprovalPolicies {
  readonly roles: Readonly<Record<string, ApprovalPolicy>>;
}
