//! A company name taken apart: place, brand (字号), trade (行业), form, branch.

use super::compare::Regions;
use super::hash::{hash, join};

/// The parts of a company name that matching compares.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// Characters of the places at the head.
    pub(super) place: Vec<char>,
    /// The place that the name gives.
    pub(super) region: super::compare::Region,
    /// Brand.
    pub(super) brand: Vec<char>,
    /// Trade; empty if the name does not say.
    pub(super) trade: Vec<char>,
    /// Whether the name has a legal form.
    pub(super) formed: bool,
    /// Hash of the branch; 0 for none, 1 for a branch without a place of its own.
    pub(super) branch: u64,
    /// Hash of the numbers in the name; 0 for none.
    pub(super) numerals: u64,
    /// Hash of the whole name without brackets, spaces and variants of the form.
    pub(super) whole: u64,
}

const FORMS: &[&str] = &[
    "集团股份有限公司", "集团有限责任公司", "(集团)股份有限公司", "(集团)有限责任公司", "集团有限公司", "(集团)有限公司",
    "控股集团有限公司", "股份有限公司", "有限责任公司", "有限公司", "集团公司", "总公司", "公司", "合伙企业(有限合伙)",
    "合伙企业(普通合伙)", "(有限合伙)", "(普通合伙)", "有限合伙", "合伙企业", "农民专业合作社", "专业合作社", "合作社",
    "经营部", "商行", "商店", "服务部", "加工厂", "批发部", "工作室", "门市部", "事务所", "集团",
];
const BRANCHES: &[&str] = &["分公司", "办事处", "分店", "支行", "分行", "营业部", "分厂", "门店", "代表处", "分部", "支公司"];
const TRADES: &[&str] = &[
    "信息技术", "网络科技", "电子科技", "电子商务", "智能科技", "生物科技", "环保科技", "新能源", "新材料", "国际贸易",
    "进出口", "机械设备", "机电设备", "自动化", "房地产开发", "房地产", "物业管理", "供应链管理", "货运代理", "餐饮管理",
    "汽车销售", "文化传媒", "文化传播", "企业管理", "投资管理", "资产管理", "股权投资", "融资租赁", "酒店管理", "人力资源",
    "科技", "技术", "软件", "网络", "信息", "电子", "智能", "生物", "环保", "能源", "材料", "商贸", "贸易", "实业", "工贸",
    "机械", "机电", "设备", "电气", "电器", "五金", "模具", "精密", "塑胶", "塑料", "包装", "纺织", "服饰", "服装", "建材",
    "建筑", "建设", "工程", "装饰", "市政", "园林", "绿化", "安装", "物业", "物流", "运输", "货运", "国际", "食品", "餐饮",
    "农业", "粮油", "酒业", "医药", "医疗", "器械", "制药", "药业", "化工", "化学", "石化", "汽车", "零部件", "销售", "服务",
    "文化", "传媒", "广告", "传播", "教育", "咨询", "管理", "投资", "资产", "租赁", "酒店", "旅行社", "旅游", "通信", "光电",
    "半导体", "仪器", "仪表", "检测", "制造", "制品", "产品", "开发", "发展", "经营", "供应链", "股份", "控股", "集团",
    "证券", "银行", "保险", "期货", "基金", "电力", "钢铁", "矿业", "水泥", "航空", "港口", "百货", "汽配", "家具", "灯饰",
    "水果", "种植", "养殖", "果蔬", "农机", "茶叶", "印刷", "造纸", "玻璃", "陶瓷", "橡胶", "金属", "铝业", "铜业", "船舶",
    "代理", "维修", "出口", "进口", "创业", "系统", "应用", "工业", "企业", "地产", "置业", "生态", "环境", "健康", "美容",
];

/// Takes a name apart; `None` if nothing is left of it.
pub(super) fn parse(name: &str, regions: &Regions) -> Option<Parts> {
    let mut text: String = name
        .chars()
        .filter_map(|letter| match letter {
            '（' | '[' | '【' | '〔' => Some('('),
            '）' | ']' | '】' | '〕' => Some(')'),
            '(' | ')' => Some(letter),
            _ if letter.is_alphanumeric() => Some(letter),
            _ => None,
        })
        .flat_map(char::to_uppercase)
        .collect();
    let mut parts = Parts::default();
    let mut branch = String::new();
    if let Some(kind) = BRANCHES.iter().find(|kind| text.ends_with(**kind)) {
        let head = text.len() - kind.len();
        let parent = ["公司", "银行", "集团", "保险"].iter().filter_map(|end| text[..head].rfind(end).map(|at| at + end.len())).max();
        if let Some(parent) = parent {
            branch = text[parent..head].to_owned();
            text.truncate(parent);
        } else {
            text.truncate(head);
        }
        parts.branch = if branch.is_empty() { 1 } else { hash(stem(&branch).as_bytes()) };
    }
    if let Some(form) = FORMS.iter().find(|form| text.ends_with(**form) && text.len() >= form.len() + 6) {
        text.truncate(text.len() - form.len());
        parts.formed = true;
    }
    while let Some((open, close)) = text.find('(').and_then(|open| text[open..].find(')').map(|close| (open, open + close))) {
        let inner = text[open + 1..close].to_owned();
        if let Some(region) = regions.find(&inner) {
            parts.region = region;
            parts.place.extend(inner.chars());
            text.replace_range(open..=close, "");
        } else if matches!(&*inner, "集团" | "中国") {
            text.replace_range(open..=close, "");
        } else {
            text.replace_range(open..=open, "");
            text = text.replacen(')', "", 1);
        }
    }
    let letters: Vec<char> = text.chars().filter(|letter| !matches!(letter, '(' | ')')).collect();
    let mut start = 0;
    for _ in 0..3 {
        let found = (2..=regions.longest).rev().filter(|length| start + length + 2 <= letters.len()).find_map(|length| {
            let place: String = letters[start..start + length].iter().collect();
            regions.find(&place).map(|region| (length, region))
        });
        let Some((length, region)) = found else { break };
        if parts.region.relation(region) == super::compare::Relation::Different {
            break;
        }
        if region.city != 0 || parts.region == super::compare::Region::default() {
            parts.region = region;
        }
        start += length;
    }
    parts.place.extend(&letters[..start]);
    let core = &letters[start..];
    let mut end = core.len();
    loop {
        let fits = |trade: &&&str| {
            let length = trade.chars().count();
            end >= length + 2 && core[end - length..end].iter().copied().eq(trade.chars())
        };
        let Some(trade) = TRADES.iter().find(fits) else { break };
        end -= trade.chars().count();
    }
    parts.brand = core[..end].to_vec();
    parts.trade = core[end..].to_vec();
    parts.numerals = numerals(core, &branch);
    parts.whole = letters[..].iter().fold(parts.branch, |state, letter| join(state, u64::from(*letter)));
    (!parts.brand.is_empty()).then_some(parts)
}

fn stem(place: &str) -> &str {
    let rest = ["市", "区", "县", "省"].iter().find_map(|rank| place.strip_suffix(rank)).unwrap_or(place);
    if rest.chars().nth(1).is_some() { rest } else { place }
}

/// Numbers that tell units apart: digits, 第二, 二厂.
fn numerals(core: &[char], branch: &str) -> u64 {
    const FIGURES: &[char] = &['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
    let all: Vec<char> = core.iter().copied().chain(branch.chars()).collect();
    let mut state = 0;
    for (at, letter) in all.iter().enumerate() {
        let ordinal = FIGURES.iter().position(|figure| figure == letter).filter(|_| {
            at > 0 && all[at - 1] == '第' || all.get(at + 1).is_some_and(|next| matches!(next, '厂' | '店' | '部' | '号' | '院' | '队' | '矿' | '分'))
        });
        if let Some(value) = letter.to_digit(10).map(u64::from).or(ordinal.map(|at| at as u64 + 1)) {
            state = join(state, value + 1);
        }
    }
    state
}
