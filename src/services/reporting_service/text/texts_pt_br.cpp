#include "services/reporting_service/text/texts.hpp"

#pragma GCC diagnostic error "-Wmissing-field-initializers"  // a gap in the table does not compile

namespace valion::reporting {

// clang-format off
const Texts kBrazilianPortuguese{
    // the document
    .document_kind = "Relatório de avaliação",
    .page_of = "página {0} de {1}",
    .report_short = "relatório {0}",
    .not_stated = "não informado",
    .none = "nenhum",
    // title page
    .estimated_value_at = "Valor estimado em {0}",
    .value = "valor",
    .interval80 = "intervalo de 80%",
    .interval95 = "intervalo de 95%",
    .comparables_adjusted_key = "preços ajustados dos comparáveis",
    .reference_date = "Data de referência",
    .client = "Solicitante",
    .purpose = "Finalidade",
    .prepared_by = "Elaborado por",
    .method = "Método",
    .market_evidence = "Evidência de mercado",
    .market_evidence_text = "{0} vendas de «{1}»",
    .valued_on = "Avaliado em",
    .kind_of_value = "Natureza do valor",
    .kind_of_value_text = "estimativa mediana do preço de venda",
    .status_sentence =
        "Esta é uma avaliação de gabinete, feita por um modelo estatístico a partir de vendas registradas. O "
        "imóvel não foi vistoriado; suas características são as que foram declaradas. A seção 8 diz o que "
        "este relatório não afirma.",
    .at_a_glance = "Medido em {0} vendas a partir de {1}, desconhecidas do modelo",
    .tile_mdape = "erro absoluto mediano",
    .tile_ppe10 = "dos valores a até 10% do preço",
    .tile_ppe20 = "dos valores a até 20% do preço",
    .tile_coverage = "dos preços dentro do intervalo de 80%",
    .warnings_title = "Alertas sobre este imóvel",
    .more_warnings = "mais {0} na seção 8",
    .identities_title = "Identidades (SHA-256)",
    .hash_report = "Relatório",
    .hash_valuation = "Avaliação",
    .hash_model = "Modelo",
    .hash_version = "Versão dos dados",
    // the property, the explanation
    .section_property = "O imóvel",
    .property_intro = "Conforme declarado no pedido, com os nomes do conjunto de dados. Nada foi verificado no local.",
    .section_explanation = "Como se chega ao valor",
    .explanation_intro =
        "O modelo parte de {0}, o que espera de uma venda média entre as que conheceu, e cada característica "
        "do imóvel multiplica esse valor por um fator até chegar a {1}. Os fatores são valores de Shapley "
        "(SHAP) exatos do modelo; seu produto é o valor, sem resto.",
    .explanation_note =
        "Os valores em moeda são lidos de cima para baixo e dependem dessa ordem; os fatores não. Logaritmo "
        "natural do valor: {0}; maior erro de aditividade da explicação: {1}. Um fator diz o que o modelo "
        "usa, não o que causa o preço.",
    .characteristic = "Característica",
    .factor = "Fator",
    .effect = "Efeito",
    .waterfall_base = "Venda média (valor-base)",
    .waterfall_value = "Valor do imóvel",
    .waterfall_others = "{0} efeitos menores, juntos",
    // comparables
    .section_comparables = "Vendas comparáveis",
    .no_comparables = "Nenhuma venda comparável foi pedida, ou nenhuma pôde servir.",
    .comparables_intro =
        "As vendas registradas mais semelhantes ao imóvel em local, época e características. O preço é "
        "levado à data de referência pela tendência de mercado do modelo e depois ajustado às "
        "características do imóvel pelo modelo. Servem para conferir o valor; não entraram nele em separado, "
        "e as que o modelo conheceu dispersam menos após o ajuste do que vendas novas.",
    .number_sign = "Nº",
    .identifier = "Identificador",
    .row_of_file = "linha {0}",
    .sale_date = "Data da venda",
    .price_paid = "Preço pago",
    .price_at_date = "Na data de referência",
    .adjusted_price = "Ajustado ao imóvel",
    .distance = "Distância",
    .similarity = "Semelhança (0–1)",
    .comparables_summary =
        "Os preços ajustados vão de {0} a {1}, mediana {2}; {3} de {4} estão dentro do intervalo de 80% do "
        "valor.",
    .comparables_characteristics = "As características que mais moveram o valor",
    .subject = "imóvel",
    .map_title = "Onde ficam",
    .map_note =
        "Mapa simples: longitude e latitude (WGS 84) em escala ao redor do imóvel (losango); os círculos "
        "mostram a distância até ele. Marcas que se cobririam são afastadas e ligadas ao seu lugar.",
    .no_place = "Sem mapa: a localização do imóvel não é conhecida.",
    .north_letter = "N",
    // data
    .section_data = "Os dados e sua limpeza",
    .data_set = "Conjunto de dados",
    .target_column = "Coluna do preço",
    .source_file = "Arquivo de origem",
    .source_size = "Tamanho e formato",
    .rows_imported = "Linhas importadas",
    .rows_used = "Linhas na versão usada",
    .history_title = "Do arquivo à versão usada",
    .step = "Etapa",
    .rows = "Linhas",
    .columns = "Colunas",
    .made_on = "Feito em",
    .identity = "Identidade",
    .cleaning_title = "Regras de limpeza, como registradas",
    .no_cleaning = "Nenhuma regra de limpeza foi aplicada.",
    .rule = "Regra",
    .description = "O quê e por quê",
    .example = "Primeira alteração",
    .rows_touched = "Linhas alteradas",
    .rows_left = "Linhas restantes",
    .cleaning_note =
        "As descrições são as do registro de limpeza, nas palavras em que foram gravadas. A planilha lista "
        "as linhas alteradas (no máximo as mil primeiras de cada regra).",
    .logged_rows = "Linhas (mil primeiras)",
    .before = "Antes (dez primeiras)",
    .after = "Depois (dez primeiras)",
    // model
    .section_model = "O modelo",
    .model_intro =
        "Vários modelos foram treinados com as mesmas vendas; avalia o imóvel o de menor erro mediano na "
        "validação cruzada. As vendas são divididas por data: nada do período de teste chegou a uma "
        "variável, a um parâmetro ou à escolha.",
    .champion = "Modelo usado",
    .training_sales = "Vendas de treino",
    .calibrated_on = "Intervalos calibrados em",
    .from_to = "{0} a {1}",
    .trained_to = "Vendas conhecidas até",
    .tested_from = "Vendas de teste",
    .tested_from_text = "a partir de {0}, {1} vendas, nenhuma excluída",
    .least_training_price = "Preço mínimo para treinar",
    .market_trend = "Tendência de mercado",
    .per_year = "{0} ao ano",
    .neighbourhoods = "Nível de preço no entorno",
    .neighbourhoods_text = "das {0} vendas de treino mais próximas",
    .features_used = "{0} características entram no modelo: {1}.",
    .candidates_title = "Candidatos",
    .model = "Modelo",
    .cv_mdape = "Erro mediano, val. cruzada",
    .cv_cod = "COD, val. cruzada",
    .test_mdape = "Erro mediano, teste",
    .test_ppe10 = "Até 10%, teste",
    .test_cod = "COD, teste",
    .test_prd = "PRD, teste",
    .test_r2 = "R², teste",
    .seconds = "Segundos",
    .candidates_note =
        "Validação cruzada: {0} partes das vendas de treino, com toda a preparação dos dados refeita em cada "
        "parte. Em negrito: o modelo usado.",
    .importance_title = "Em que o modelo se apoia",
    .importance_note = "Tamanho médio do efeito de cada característica nas estimativas, como variação do valor.",
    .more_in_workbook = "Mais {0} na planilha.",
    .coefficients_title = "Coeficientes do modelo usado",
    .term = "Termo",
    .estimate = "Estimativa",
    .standard_error = "Erro padrão",
    // accuracy
    .section_accuracy = "Acerto em vendas que não conhecia",
    .accuracy_intro =
        "O modelo avaliou todas as {0} vendas a partir de {1} como se não conhecesse seus preços; nenhuma "
        "foi excluída como atípica.",
    .measure = "Medida",
    .test_untrimmed = "Este modelo, todas as vendas de teste",
    .test_trimmed = "Este modelo, vendas de ao menos {0}",
    .benchmark_raw = "como publicado",
    .benchmark_rescaled = "reescalado",
    .sales = "Vendas",
    .mdape = "Erro absoluto mediano",
    .mape = "Erro absoluto médio",
    .ppe10 = "A até 10% do preço",
    .ppe20 = "A até 20% do preço",
    .median_ratio = "Razão mediana",
    .cod = "COD",
    .prd = "PRD",
    .prb = "PRB",
    .r2 = "R² (em moeda)",
    .coverage80 = "Preços no intervalo de 80%",
    .coverage95 = "Preços no intervalo de 95%",
    .accuracy_note = "Razão: estimativa dividida pelo preço. COD em porcentagem. Erros relativos ao preço pago.",
    .benchmark_note =
        "«{0}» traz os valores de outrem para as mesmas vendas: comparados aqui, nunca usados como "
        "característica. Reescalado: dividido por sua razão mediana no período de calibração, para que a "
        "simples diferença de nível não o prejudique.",
    .no_benchmark = "O conjunto de dados não traz valores de outrem; não há com o que comparar.",
    .scatter_title = "Preços observados e estimativas",
    .scatter_note =
        "Esquerda: cada ponto é uma venda de teste; os dois eixos são logarítmicos. Na linha cheia a estimativa é igual ao "
        "preço; as tracejadas ficam 20% acima e à mesma distância abaixo.",
    .thinned = "Está desenhada uma venda a cada {0}.",
    .axis_price = "preço pago",
    .axis_estimate = "estimativa",
    .axis_ratio = "razão (estimativa / preço)",
    .axis_share = "parcela das vendas de teste",
    // ratio study
    .section_ratio = "Estudo de razões",
    .ratio_intro =
        "Razão = estimativa / preço, em todas as vendas de teste, com as medidas do Standard on Ratio "
        "Studies da IAAO (2013). As faixas são as da norma para residências unifamiliares; outros tipos de "
        "imóvel têm outras. São referência, não nota.",
    .no_test_sales = "Não há vendas de teste; por isso não há estudo de razões.",
    .what_it_tells = "O que diz",
    .this_model = "este modelo",
    .iaao_range = "faixa IAAO",
    .reading = "Leitura",
    .median_meaning = "Nível: 1 quando as estimativas não são altas nem baixas demais",
    .cod_meaning = "Dispersão: distância média da razão mediana, em porcentagem dela",
    .prd_meaning = "Acima de 1: imóveis caros são estimados abaixo dos baratos",
    .prb_meaning = "Variação da razão quando o valor dobra (95% de confiança)",
    .inside = "dentro",
    .below = "abaixo",
    .above = "acima",
    .by_value_title = "Por faixa de valor",
    .value_band = "Faixa de valor",
    .median_price = "Preço mediano",
    .by_value_note =
        "Faixas com números iguais de vendas por metade do preço e metade da estimativa corrigida do nível: "
        "faixas só por preço mostrariam viés contra imóveis caros mesmo onde não há.",
    .by_quarter_title = "Por trimestre",
    .quarter = "Trimestre",
    .quarter_name = "{1}º tri. {0}",
    .estimates_title = "Estimativas e preços, e a distribuição de suas razões",
    .histogram_note =
        "Direita: verde é a faixa IAAO da razão mediana, a linha laranja a mediana deste modelo. Fora do gráfico: {0} "
        "razões abaixo de {1}, {2} acima de {3}.",
    .histogram_note_benchmark =
        "Direita: as barras são este modelo, o contorno marrom a referência como publicada; verde é a faixa IAAO da razão "
        "mediana, a linha laranja a mediana deste modelo. Deste modelo, fora do gráfico: {0} razões abaixo de {1}, {2} "
        "acima de {3}.",
    .ratio_plot_title = "As razões ao longo do preço",
    .ratio_plot_note =
        "Os dois eixos são logarítmicos; razões além de 0,4 e 2,5 ficam na borda. Laranja: medianas das "
        "faixas de valor. Os pontos caem à direita por construção (preço alto dá razão baixa); por isso se "
        "julga pelas faixas acima.",
    // limits of use, provenance
    .section_limits = "Limites de uso",
    .no_warnings = "Nenhum: todas as características são conhecidas e estão dentro do que o modelo conheceu.",
    .not_claimed_title = "O que este relatório não afirma",
    .limit_desk =
        "Sem vistoria: ninguém visitou o imóvel. Conservação, ocupação, benfeitorias e conteúdo são como "
        "declarados, não como vistos.",
    .limit_title =
        "Não foram examinados titularidade, ônus, locações, restrições urbanísticas, questões ambientais nem "
        "estruturais.",
    .limit_professional =
        "A resposta de um modelo, sozinha, não é laudo segundo a NBR 14653, o USPAP, o RICS Red Book, as EVS "
        "ou as IVS: todas exigem o juízo de um profissional, que cabe a ele acrescentar e assinar.",
    .limit_nbr_trees =
        "Sem grau da NBR 14653-2: sua tabela 1 se apoia nos testes t e F de uma regressão linear, que o "
        "modelo {0} não tem. Nenhum grau é alegado.",
    .limit_nbr_ols =
        "Sem grau da NBR 14653-2: os pontos das tabelas 1 e 5 não foram apurados neste relatório. Nenhum "
        "grau é alegado.",
    .limit_value =
        "O valor é a mediana do que o modelo espera: um preço acima é tão provável quanto um abaixo. Não é "
        "média, custo, valor de seguro nem de liquidação forçada.",
    .limit_intervals =
        "Os intervalos foram calibrados em vendas anteriores. Nas vendas de teste, o intervalo de 80% "
        "conteve {0} dos preços e o de 95%, {1}. É uma média do mercado, não uma promessa para este imóvel.",
    .limit_after_training =
        "A data de referência está {0} dias após as últimas vendas de treino; entre elas a tendência de "
        "mercado é projetada, não observada.",
    .limit_retrospective =
        "A data de referência está dentro do período das vendas de treino: a avaliação é retrospectiva e "
        "conhece vendas posteriores a ela.",
    .limit_ratio = "Fora da faixa de referência nas vendas de teste: {0}.",
    .limit_data =
        "Preços e características são os do arquivo de origem. Foram verificados na forma e limpos pelas "
        "regras da seção 4, não conferidos com escrituras.",
    .limit_causes =
        "Fatores e importâncias descrevem o modelo. São associações; mudar uma característica do imóvel não "
        "muda necessariamente o preço na mesma medida.",
    .section_provenance = "Proveniência",
    .provenance_intro =
        "Tudo em que este relatório se apoia é guardado sem alteração sob estas identidades; um único byte "
        "diferente daria outra identidade.",
    .version_line = "Dados: {0}",
    .what = "O quê",
    .model_trained_on = "Modelo treinado em",
    .engine = "Motor",
    .seed = "Semente aleatória",
    // models by the names of the service
    .name_ols = "Mínimos quadrados ordinários",
    .name_elastic_net = "Rede elástica",
    .name_xgboost = "Árvores com gradient boosting (XGBoost)",
    // alternative texts of figures
    .alt_interval = "Linha com o valor {0}, seu intervalo de 80% {1} e seu intervalo de 95% {2}",
    .alt_waterfall = "Gráfico em cascata do valor-base {0} ao valor {1}, uma barra por característica",
    .alt_map = "Mapa do imóvel e de {0} vendas comparáveis com círculos de distância",
    .alt_importance = "Barras da importância de cada característica; a mais importante é {0}",
    .alt_scatter = "Gráfico de dispersão de preço pago e estimativa de {0} vendas de teste",
    .alt_gauges = "Razão mediana, COD, PRD e PRB do modelo, e da referência quando há, em escalas com as faixas IAAO",
    .alt_histogram = "Histograma das razões das vendas de teste",
    .alt_ratio_plot = "Razão contra preço das vendas de teste, com as medianas das faixas de valor",
    // workbook
    .sheet_summary = "Resumo",
    .sheet_subject = "Imóvel",
    .sheet_contributions = "Contribuições",
    .sheet_comparables = "Comparáveis",
    .sheet_metrics = "Métricas",
    .sheet_ratio = "Estudo de razões",
    .sheet_sales = "Vendas de teste",
    .sheet_cleaning = "Limpeza",
    .sheet_provenance = "Proveniência",
    .sheet_coefficients = "Coeficientes",
    .item = "Item",
    .content = "Conteúdo",
    .title = "Título",
    .property = "Imóvel",
    .estimated_value = "Valor estimado",
    .lower80 = "Intervalo de 80%, inferior",
    .upper80 = "Intervalo de 80%, superior",
    .lower95 = "Intervalo de 95%, inferior",
    .upper95 = "Intervalo de 95%, superior",
    .currency = "Moeda",
    .unit = "Unidade",
    .contribution_log = "Contribuição (log)",
    .value_after = "Valor depois dela",
    .longitude = "Longitude",
    .latitude = "Latitude",
    .file_row = "Linha do arquivo",
    .benchmark = "Referência",
    .ratio = "Razão",
    .benchmark_ratio = "Razão da referência",
    .inside80 = "Dentro de 80%",
    .cross_validation = "{0}, validação cruzada",
    .test_of = "{0}, teste",
    .band_from = "Faixa de",
    .band_to = "Faixa até",
    .importance = "|Contribuição| média (log)",
    .yes = "sim",
    .no = "não",
    .not_known = "não informado",
};
// clang-format on

}  // namespace valion::reporting
