//! New settings: all of them, or nothing.

use std::sync::Arc;

use crate::drivers::operations::overlay::{self, Refused, Said};
use crate::drivers::operations::registry::RetryRegistry;
use crate::drivers::services::Service;
use crate::drivers::trace;

/// Puts settings in force: for every operation and service that there is, and for those that come.
/// Calls that have begun keep to what they began under.
///
/// # Errors
///
/// All contradictions with what the code says, each with the name of whose code that is. Then nothing has changed.
pub(crate) fn apply(said: &Arc<Said>) -> Result<(), Vec<(String, Refused)>> {
    let turn = overlay::turn();
    let members = RetryRegistry::process().members();
    let services = Service::all();
    let mut refused = Vec::new();
    let mut resolved = Vec::with_capacity(members.len());
    for member in &members {
        match member.operation().resolve(&**said) {
            Ok(preset) => resolved.push(preset),
            Err(error) => refused.push((member.operation().name().to_owned(), error)),
        }
    }
    for service in &services {
        if let Err(error) = service.check(&**said) {
            refused.push((service.name().to_owned(), error));
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    overlay::replace(Arc::clone(said));
    for service in &services {
        service.adopt(&**said);
    }
    let mut told = Vec::with_capacity(members.len());
    for (member, resolved) in members.iter().zip(&resolved) {
        told.push(member.operation().adopt(resolved));
        member.operation().adopt_own(&**said);
    }
    drop(turn);
    for (member, notes) in members.iter().zip(&told) {
        for note in notes {
            trace::settings_without_effect(member.operation().name(), note);
        }
    }
    Ok(())
}
