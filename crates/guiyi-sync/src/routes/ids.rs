//! `GET /v1/ids/{code}`: what an ID stands for, however it was written.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_store::Resolution;
use serde_json::{Value, json};

use super::{Code, Shared, json_answer, read_id};
use crate::problem::{Kind, Problem};
use crate::query::Query;
use crate::stores;

pub(super) async fn get(State(app): Shared, code: Code, uri: Uri) -> Result<Response, Problem> {
    Query::read(&uri, &[])?;
    let gid = read_id(&app, code).await?;
    let found = stores::read(&app, move |store| Ok((store.resolve(gid)?, store.retirement(gid)?))).await?;
    let (Some(resolution), retirement) = found else {
        return Err(Problem::new(Kind::NeverIssued));
    };
    let mut answer = answer(gid, resolution);
    if let (Resolution::Retired, Some(retirement)) = (resolution, retirement) {
        answer["retired_at"] = retirement.utc.into();
    }
    Ok(json_answer(&answer))
}

fn answer(gid: GlobalId, resolution: Resolution) -> Value {
    let (status, canonical) = match resolution {
        Resolution::Active => ("active", Some(gid)),
        Resolution::Superseded(by) => ("superseded", Some(by)),
        Resolution::Retired => ("retired", None),
        Resolution::Reserved => ("reserved", None),
    };
    json!({
        "gid": gid.to_string(),
        "entity": entity(gid).map(EntityType::name),
        "status": status,
        "canonical_gid": canonical.map(|gid| gid.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retired_id_is_still_known() {
        let gid = GlobalId::parse("C00-000001-M").unwrap();
        let expected = json!({"gid": "C00-000001-M", "entity": "customer", "status": "retired", "canonical_gid": null});
        assert_eq!(answer(gid, Resolution::Retired), expected);
    }
}
