//! Characters taken for one another: by sound, by shape, traditional for simplified.
//!
//! Our own short lists over the characters the word lists use; enough to make the faults, not to repair them.

use std::collections::BTreeMap;

/// Groups that sound alike (tones apart).
const HOMOPHONES: &str = "\
    华花铧桦 宏红洪鸿弘虹 达答 鑫新欣信昕心馨 盛胜圣晟 兴星幸 升生声 隆龙珑 恒衡横 瑞锐睿 泰太态 通同桐铜 丰峰风锋枫 诚成承城程澄 吉集极 昌长常 \
    和合禾河荷 源元园缘原圆 远苑 佳嘉家 利力立丽 德得 明铭名鸣 亿益义毅怡宜艺逸 安鞍庵 康慷糠 福富夫付 金锦津晋进 裕玉宇誉钰昱 浩豪昊皓 捷杰洁 \
    联连莲廉 汇惠辉慧晖 博波铂勃 凯开恺 天田添 中众忠钟 东冬栋 蓝兰岚 青清晴庆 阳洋扬杨 启祺琦旗琪 伟维威薇 正政郑 智志致 世仕时 建健坚 林琳霖 \
    宝保堡 科克 创闯 优悠 图途 腾藤 飞菲 云芸 海嗨 江姜 泉全 鹏朋 翔祥 越悦跃 张章 王汪 李黎 陈程 刘柳 强墙 丽莉 静净 敏民 涛滔 军君 磊蕾 艳燕 \
    娟绢 霞夏 玲铃 梅眉 芳方 精京 电店 贸冒 易义 商伤 工公 程成 装庄 材才 品频 路陆 街阶";

/// Groups that look alike.
const SHAPES: &str = "\
    未末 己已 日曰 士土 天夫 大太 柏拍 扬杨 治冶 泰秦 晴睛 钢铜 铭铬 弘私 博搏 佳住 汇江 申甲 田由 王玉 力刀 宏宠 昌冒 恒桓 瑞端 亨享 祥详 裕裙 福幅 \
    隆降 盛盔 荣荥 金全 正止 永水 禾木 材村 科料 技枝 贸货 阀阅 轴铀 承丞 仪议 表袤 电申 印卬 物牧 流硫 管菅 陶淘 璃漓 药约 粮粒 林材 东车 洁沽 \
    晨辰 旺汪 兰三 凯剀 捷徢 顺须 鑫金 源原 豪毫 俊俏 耀跃 勤勒 墨黑 佰伯 侯候 徐除 潘播 薛薜 崔催 孟盂 贾贡";

/// Simplified and traditional, pairs run together.
const TRADITIONAL: &str = "\
    东東华華业業亚亞云雲产產亿億仓倉仪儀众眾优優会會传傳伟偉债債兰蘭兴興农農冻凍凤鳳凯凱创創务務动動励勵医醫协協单單卫衛厂廠发發变變号號启啟吴吳\
    园園国國图圖圆圓场場坚堅坛壇块塊垒壘处處备備复復夹夾头頭奋奮妆妝娱娛学學宁寧宝寶实實审審宾賓对對导導将將尔爾岛島岭嶺岗崗币幣师師带帶帮幫广廣\
    庄莊庆慶库庫应應庙廟废廢开開异異弥彌张張强強录錄态態总總恒恆战戰户戶扬揚护護报報拟擬拥擁择擇换換据據携攜摄攝数數无無旧舊时時显顯晓曉晖暉术術\
    机機权權来來杨楊极極构構枫楓柜櫃标標栋棟树樹样樣桥橋梦夢检檢楼樓欢歡气氣汇匯汉漢汤湯沟溝泽澤洁潔济濟浆漿渊淵温溫湾灣满滿滨濱灯燈灿燦点點炼煉热熱焕煥\
    爱愛牵牽环環现現电電瑶瑤畅暢疗療盐鹽盘盤码碼矿礦砖磚础礎硕碩确確礼禮祯禎种種积積称稱稳穩窑窯竞競笔筆筑築签簽简簡粮糧紧緊红紅纤纖约約级級纪紀\
    纯純纱紗纳納纵縱纸紙纹紋纺紡线線练練组組细細终終经經结結绒絨绘繪络絡统統继繼绩績绿綠维維综綜缆纜编編缘緣网網罗羅职職联聯胜勝脑腦腾騰舰艦艺藝节節苏蘇荣榮药藥\
    莲蓮获獲莹瑩营營蓝藍蓦驀补補装裝见見规規视視览覽觉覺计計订訂认認讯訊记記设設许許论論证證评評识識诉訴词詞译譯诚誠话話询詢语語说說请請诺諾调調谢謝\
    贝貝财財责責货貨质質贯貫贵貴贸貿费費贺賀资資赛賽赵趙赢贏趋趨跃躍车車轨軌转轉轮輪软軟轴軸轻輕载載辅輔辉輝输輸达達迈邁运運进進远遠连連迹跡适適选選递遞\
    郑鄭酱醬释釋里裡鉴鑒针針钉釘钟鐘钢鋼钱錢钰鈺铁鐵铂鉑铜銅铝鋁铭銘银銀铸鑄链鏈销銷锁鎖锅鍋锋鋒锐銳锡錫锦錦键鍵镇鎮镜鏡长長门門闭閉问問间間闻聞阀閥阅閱队隊\
    阳陽阴陰阵陣际際陆陸陈陳险險随隨隐隱难難雾霧静靜韩韓页頁项項顺順须須顾顧预預领領频頻颖穎题題颜顏风風飞飛饮飲饰飾饲飼馆館驰馳驶駛骏駿验驗骥驥鱼魚鲁魯鲜鮮\
    鸟鳥鸣鳴鸿鴻鹏鵬鹤鶴麦麥黄黃齐齊齿齒龙龍龟龜刘劉邓鄧冯馮贾賈邹鄒谭譚吕呂卢盧钱錢严嚴汤湯龚龔韦韋马馬孙孫叶葉";

/// The three tables, built once.
pub(crate) struct Characters {
    homophones: BTreeMap<char, Vec<char>>,
    shapes: BTreeMap<char, Vec<char>>,
    traditional: BTreeMap<char, char>,
}

impl Characters {
    /// Builds the tables.
    pub(crate) fn new() -> Self {
        let mut traditional = BTreeMap::new();
        let mut pairs = TRADITIONAL.chars();
        while let (Some(simplified), Some(other)) = (pairs.next(), pairs.next()) {
            traditional.insert(simplified, other);
        }
        Self {
            homophones: groups(HOMOPHONES),
            shapes: groups(SHAPES),
            traditional,
        }
    }

    /// Characters that sound like `c`.
    pub(crate) fn homophones(&self, c: char) -> &[char] {
        self.homophones.get(&c).map_or(&[], Vec::as_slice)
    }

    /// Characters that look like `c`.
    pub(crate) fn shapes(&self, c: char) -> &[char] {
        self.shapes.get(&c).map_or(&[], Vec::as_slice)
    }

    /// `text` in traditional characters.
    pub(crate) fn traditional(&self, text: &str) -> String {
        text.chars()
            .map(|c| self.traditional.get(&c).copied().unwrap_or(c))
            .collect()
    }
}

fn groups(text: &str) -> BTreeMap<char, Vec<char>> {
    let mut table: BTreeMap<char, Vec<char>> = BTreeMap::new();
    for group in text.split_whitespace() {
        for c in group.chars() {
            let others = table.entry(c).or_default();
            others.extend(group.chars().filter(|&other| other != c));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_well_formed() {
        let characters = Characters::new();
        assert_eq!(TRADITIONAL.chars().count() % 2, 0);
        assert_eq!(
            characters.traditional("东莞市华鑫电缆有限公司"),
            "東莞市華鑫電纜有限公司"
        );
        for (c, others) in characters.homophones.iter().chain(&characters.shapes) {
            assert!(!others.contains(c), "{c}");
        }
    }
}
