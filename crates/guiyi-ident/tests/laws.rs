//! The laws that every kind of identifier keeps, on its samples, on their neighbors and on arbitrary text.

use guiyi_ident::{CreditCode, GlobalId, Kind, ResidentId, compact, global_id::EntityType, org9};
use proptest::prelude::*;

/// Valid texts of every kind. Organizations are published ones; persons, phones and plates are invented.
const SAMPLES: &[(Kind, &[&str])] = &[
    (
        Kind::CreditCode,
        &[
            "914403001922038216",
            "91110000600001760P",
            "9144030071526726XG",
            "12100000470095016Q",
        ],
    ),
    (Kind::OrgCode, &["19220382-1", "71526726X", "600001760"]),
    (
        Kind::RegistrationNumber,
        &["110108012660422", "440301103448669", "440301103097413"],
    ),
    (
        Kind::TaxpayerNumber,
        &["440300192203821", "914403001922038216", "11010519491231002X01"],
    ),
    (
        Kind::ResidentId,
        &["11010519491231002X", "130503196704010016", "130503670401001"],
    ),
    (
        Kind::ResidentPermit,
        &["81000019900307151X", "820000199003071511", "830000199003071513"],
    ),
    (Kind::ForeignResidentPermit, &["911398199012310021", "KAZ110090123105"]),
    (Kind::Passport, &["E12345679", "PE1204833", "C01X00T47"]),
    (Kind::TravelPermit, &["H60123456", "M6012345601", "0750123401B"]),
    (Kind::Mobile, &["13800138000", "17091234567", "1440123456789"]),
    (
        Kind::Landline,
        &[
            "010-65529988",
            "0755-26013388转8001",
            "0310-8012345",
            "(010)6552 9988-8001",
        ],
    ),
    (Kind::ServiceNumber, &["4008208820", "10086", "95588", "110"]),
    (Kind::BankCard, &["4111111111111111", "6200000000000005"]),
    (Kind::Cnaps, &["102100099996"]),
    (Kind::VatInvoiceCode, &["4403191130", "044031900111", "144032009110"]),
    (Kind::VatInvoiceNumber, &["03925817", "25352000000097909249"]),
    (Kind::Plate, &["粤B12345", "京A·8888警", "粤BD12345", "使014578"]),
    (Kind::Postcode, &["518129", "050000"]),
    (Kind::Email, &["Zhang.San@Example.COM", "lisi＠example。com"]),
    (Kind::Url, &["www.example.com", "https://例子.中国/a?b=C"]),
    (
        Kind::Icp,
        &["京ICP备12345678号-1", "京ICP证030173号", "京公网安备 11010502030143号"],
    ),
    (
        Kind::Gtin,
        &["6901234567892", "96385074", "614141007349", "10614141000415"],
    ),
    (Kind::HsCode, &["8517130000", "0101210010", "8517.13.0000"]),
    (Kind::TaxClassification, &["3040203000000000000", "1090511030101010101"]),
    (Kind::Lei, &["HWUPKR0MPOU8FGXBT394"]),
    (Kind::GlobalId, &["C00-000001-M", "C00000002J", "G0000001BM"]),
];

/// Whatever the text: no panic, one verdict, a canonical form that is its own, and repairs that are valid.
fn keeps_the_laws(kind: Kind, text: &str) {
    let verdict = kind.check(text);
    assert_eq!(verdict.is_ok(), kind.accepts(text), "{kind} {text:?}");
    assert_eq!(verdict.is_ok(), kind.explain(text).is_ok(), "{kind} {text:?}");
    match verdict {
        Ok(checked) => {
            let again = kind
                .check(&checked.canonical)
                .unwrap_or_else(|error| panic!("{kind} {text:?}: {error}"));
            assert_eq!(again.canonical, checked.canonical, "{kind} {text:?}");
            assert!(
                checked
                    .warnings
                    .iter()
                    .all(|warning| !warning.zh().is_empty() && !warning.code().is_empty())
            );
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.zh().is_empty()),
    }
    for repair in kind.suggest(text) {
        assert!(kind.accepts(&repair), "{kind} {text:?} -> {repair:?}");
    }
}

#[test]
fn every_kind_has_samples_and_they_pass() {
    for &kind in Kind::ALL {
        let samples = SAMPLES.iter().find(|row| row.0 == kind).map_or(&[][..], |row| row.1);
        assert!(!samples.is_empty(), "{kind} has no sample");
        for text in samples {
            keeps_the_laws(kind, text);
            assert!(kind.accepts(text), "{kind} {text}: {:?}", kind.check(text));
            assert!(kind.suggest(text).is_empty() || kind == Kind::Email, "{kind} {text}");
            let parts = kind.explain(text).unwrap();
            assert!(!parts.is_empty());
            assert!(
                parts
                    .iter()
                    .all(|part| !part.meaning_en.is_empty() && !part.meaning_zh.is_empty()),
                "{parts:?}"
            );
        }
        assert_eq!(kind.name().parse::<Kind>(), Ok(kind));
    }
    assert!("credit_code".parse::<Kind>().is_err());
}

/// A credit code of any authority and region over the given organization code body, with both checks computed.
fn credit_code(head: &str, region: u32, body: &str) -> Option<String> {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let org = "0123456789X"
        .chars()
        .map(|c| format!("{body}{c}"))
        .find(|code| Kind::OrgCode.accepts(code))?;
    let stem = format!("{head}{region:06}{org}");
    ALPHABET
        .chars()
        .map(|c| format!("{stem}{c}"))
        .find(|code| CreditCode::parse(code).is_ok())
}

proptest! {
    #[test]
    fn arbitrary_text_keeps_the_laws(text in "\\PC{0,30}") {
        for &kind in Kind::ALL {
            keeps_the_laws(kind, &text);
        }
    }

    #[test]
    fn code_like_text_keeps_the_laws(text in "['　-]?[0-9A-Z０-９a-z@.+·号备粤京\\-() ]{0,24}") {
        for &kind in Kind::ALL {
            keeps_the_laws(kind, &text);
        }
        let once = compact(&text);
        prop_assert_eq!(compact(&once), once.as_ref());
    }

    #[test]
    fn neighbors_of_samples_keep_the_laws(
        kind in 0..SAMPLES.len(), sample in 0..4_usize, place in 0..24_usize, other in any::<char>(),
    ) {
        let (kind, samples) = SAMPLES[kind];
        let mut chars: Vec<char> = samples[sample % samples.len()].chars().collect();
        let place = place % chars.len();
        chars[place] = other;
        keeps_the_laws(kind, &chars.iter().collect::<String>());
        chars.remove(place);
        keeps_the_laws(kind, &chars.iter().collect::<String>());
    }

    #[test]
    fn generated_credit_codes_share_their_key(
        head in prop::sample::select(vec!["91", "92", "93", "11", "12", "51", "A1", "N2", "Y1"]),
        region in 110_000_u32..660_000, body in "[0-9A-HJ-NP-RTUWXY]{8}",
    ) {
        let code = credit_code(head, region, &body).expect("one check character of each scheme fits");
        let parsed = CreditCode::parse(&code).expect("both checks were computed");
        prop_assert_eq!(org9(&code[8..17]), Some(parsed.org_code()));
        prop_assert_eq!(org9(&code), org9(&code[8..17]));
        prop_assert!(CreditCode::parse(&code.replacen(&head[..1], "0", 1)).is_err());
        prop_assert_eq!(parsed.to_string().parse::<CreditCode>(), Ok(parsed));
    }

    #[test]
    fn one_wrong_digit_in_a_resident_number_is_noticed(
        year in 1950_u16..2020, month in 1_u8..=12, day in 1_u8..=28, sequence in 1_u16..1000, place in 0..17_usize, step in 1..10_u8,
    ) {
        let stem = format!("110105{year}{month:02}{day:02}{sequence:03}");
        let id = "0123456789X".chars().map(|c| format!("{stem}{c}")).find(|id| ResidentId::parse(id).is_ok());
        let id = id.expect("one check character fits");
        let mut wrong = id.clone().into_bytes();
        wrong[place] = b'0' + (wrong[place] - b'0' + step) % 10;
        prop_assert!(!Kind::ResidentId.accepts(std::str::from_utf8(&wrong).expect("ASCII")));
        prop_assert_eq!(ResidentId::parse(&id).map(|parsed| parsed.birth_date()), Ok((year, month, day)));
    }

    #[test]
    fn global_ids_round_trip_in_order(issuer in 0_u16..961, a in 0_u32..887_503_681, b in 0_u32..887_503_681) {
        let id = |serial| GlobalId::new(EntityType::Customer, issuer, serial).expect("in range");
        prop_assert_eq!(id(a).to_string().parse::<GlobalId>(), Ok(id(a)));
        prop_assert_eq!((id(a).issuer(), id(a).serial()), (issuer, a));
        prop_assert_eq!(id(a).as_str()[..9].cmp(&id(b).as_str()[..9]), a.cmp(&b));
    }
}
