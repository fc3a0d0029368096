//! What is known of workloads that run, in texts as the API server gives them.
