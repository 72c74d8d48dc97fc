//! The closed word lists that names of organizations are read by.
//!
//! Forms and branch words follow 企业名称登记管理规定 (2020) and 个体工商户名称登记管理办法; industry words are those by
//! which GB/T 4754-2017 names its divisions and groups, and their everyday short forms.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Legal forms and what stands in their place, longest first where one ends with another.
pub(super) const FORMS: [&str; 42] = [
    "合伙企业(有限合伙)", "合伙企业(普通合伙)", "(特殊普通合伙)", "(普通合伙)", "(有限合伙)", "(个人独资)", "农民专业合作社联合社",
    "农民专业合作社", "股份有限责任公司", "股份有限公司", "有限责任公司", "股份合作公司", "专业合作社", "合伙企业", "有限公司", "合作社", "总公司",
    "公司", "经营部", "批发部", "服务部", "门市部", "工作室", "事务所", "研究院", "研究所", "加工厂", "总厂", "商行", "商店", "超市", "药店",
    "药房", "饭店", "餐厅", "酒店", "诊所", "医院", "学校", "中心", "银行", "厂",
];

/// Words that end the name of a branch, longest first where one ends with another.
pub(super) const BRANCHES: [&str; 28] = [
    "分公司", "支公司", "办事处", "代表处", "联络处", "证券营业部", "营业部", "营业所", "营业厅", "项目部", "事业部", "分理处", "储蓄所", "经营部",
    "门市部", "服务部", "服务中心", "分厂", "分店", "分行", "支行", "分院", "分校", "分所", "分部", "分社", "分中心", "店",
];

/// What the name of a parent ends with, before the words for its branch.
pub(super) const PARENTS: [&str; 13] = [
    "有限责任公司", "股份有限公司", "有限公司", "总公司", "集团公司", "信用合作联社", "信用社", "银行", "证券", "保险", "集团", "合作社", "公司",
];

/// Words for a group of companies at the end of the core of a name.
pub(super) const GROUPS: [&str; 5] = ["控股集团", "企业集团", "集团控股", "集团", "控股"];

/// What a company does, as its name says it.
const INDUSTRIES: &str = "
农业 林业 畜牧 牧业 渔业 水产 种植 养殖 种业 农资 农机 果蔬 花卉 苗木 园林 绿化 茶业 茶叶 粮油 粮食 饲料 化肥 农产品 农副产品
矿业 煤业 煤炭 能源 新能源 石油 石化 天然气 燃气 电力 热力 热电 水务 水利 水电 光伏 风电 储能 矿产品 矿山 有色金属 黄金 稀土
食品 饮料 酒业 酿酒 乳业 烟草 糖业 盐业 肉类 调味品 保健品 纺织 纺织品 服装 服饰 针织 印染 皮革 鞋业 家纺 羊绒 丝绸 布艺 箱包
木业 家具 家居 家私 造纸 纸业 纸品 纸制品 印刷 印务 包装 文具 文教 体育用品 玩具 工艺品 礼品 珠宝 首饰 钟表 眼镜 乐器
化工 化学 化纤 涂料 油墨 日化 化妆品 橡胶 橡塑 塑胶 塑料 塑业 玻璃 陶瓷 水泥 建材 新材料 材料 石材 耐火材料 复合材料 管业 管道
医药 制药 药业 药材 中药 生物 生物医药 基因 医疗 医疗器械 器械 诊断 疫苗 健康 养老 康复 美容 护理
钢铁 钢构 钢结构 金属 金属制品 铝业 铜业 冶金 铸造 锻造 五金 工具 模具 紧固件 轴承 阀门 泵业 机械 机电 机械设备 机电设备 重工
设备 装备 成套设备 自动化 机器人 智能制造 智能装备 工程机械 机床 数控 电梯 锅炉 压缩机 制冷 空调 暖通 环保设备 包装机械
汽车 汽车零部件 汽配 零部件 车业 客车 摩托车 自行车 电动车 轮胎 航空 航天 船舶 造船 轨道交通 交通 铁路 配件
电气 电器 电缆 线缆 电线 电池 电机 变压器 开关 照明 灯饰 家电 电力设备 电子 电子科技 光电 光学 半导体 微电子 集成电路 芯片 传感器
仪器 仪表 仪器仪表 计算机 通信 通讯 网络 信息 软件 数据 大数据 云计算 互联网 物联网 人工智能 智能 智慧 数码 数字 系统集成 系统
科技 技术 高科技 科贸 科教 信息技术 网络科技 电子商务 商务 开发 研发 检测 检验 认证 计量 测绘 勘察 设计 规划 咨询 顾问 服务
建筑 建设 建工 工程 施工 安装 装饰 装潢 装修 幕墙 市政 路桥 公路 桥梁 隧道 土木 监理 造价 房地产 地产 置业 物业 租赁 劳务 消防 安防
贸易 商贸 工贸 外贸 国际贸易 进出口 经贸 物资 供销 批发 零售 百货 超市 连锁 商业 实业 产业 企业 工业 制造 加工 供应链 采购
物流 运输 货运 货物运输 快递 速递 仓储 配送 储运 港口 港务 航运 海运 船务 国际货运代理 货运代理 货代 报关
餐饮 酒店 宾馆 旅游 旅行社 文旅 会展 展览 广告 传媒 文化 传播 影视 娱乐 演艺 出版 图书 体育 健身 教育 培训 人力资源 人才
投资 资产 资本 基金 金融 融资租赁 担保 保险 保险经纪 证券 期货 信托 典当 财务 税务 会计 审计 法律 知识产权 专利 商标 代理 拍卖
管理 经营 运营 发展 资产管理 投资管理 企业管理 餐饮管理 酒店管理 物业管理 环境 环保 节能 环境工程 水处理 再生资源 清洁 保洁 家政 保安
制品 用品 器材 材料科技 国际 销售 汽车销售 股权投资 创业投资 管理咨询 企业管理咨询 信息咨询 房地产开发 建筑工程 装饰工程 文化传媒 文化传播
";

/// Industry words by their last character, longest first.
static BY_LAST: LazyLock<HashMap<char, Vec<&'static str>>> = LazyLock::new(|| {
    let mut by_last: HashMap<char, Vec<&'static str>> = HashMap::new();
    for word in INDUSTRIES.split_whitespace() {
        if let Some(last) = word.chars().next_back() {
            by_last.entry(last).or_default().push(word);
        }
    }
    for words in by_last.values_mut() {
        words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    }
    by_last
});

/// The longest industry word at the end of a text.
pub(super) fn industry_at_end(text: &str) -> Option<&'static str> {
    let last = text.chars().next_back()?;
    BY_LAST.get(&last)?.iter().copied().find(|word| text.ends_with(word))
}
