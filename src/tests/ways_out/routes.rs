//! Every route of the facts: followed, judged by a rule, or left with a reason.
