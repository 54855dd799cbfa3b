//! The users, the processes between them and the server, and the oracle.
//!
//! Every call of every process goes through the shipped loop: the lab has no loop of its own to
//! be wrong about. What is modelled is around it: when users call, who calls whom, and that a
//! process goes on with a call whose caller has left.

pub(crate) mod arrivals;
pub(crate) mod call;
pub(crate) mod link;
pub(crate) mod oracle;
pub(crate) mod wire;
pub(crate) mod world;
